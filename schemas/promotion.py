"""Which restorer is in use, since when, and why: the ledger of promotions."""

from typing import Literal

from schemas.base import Sha256, Strict
from schemas.restorer import RestorerChoice


class Verdict(Strict):
    """Whether the candidate is promoted, or was in use `already`, and why in one sentence.

    PSNR in dB and severities, which a second reasoner still finds, are means over degraded
    photographs; of earlier releases there are no severities.
    """

    promoted: bool
    already: bool = False
    reason: str
    champion_psnr: float
    candidate_psnr: float
    champion_severity: float | None = None
    candidate_severity: float | None = None


class Promotion(Strict):
    """A line of the ledger: something that was decided about the restorer in use.

    `at` is the time in ISO 8601, UTC. `candidate` is the hash of the weights that were promoted or
    refused by a person; null if it was the way `back` to those before. `in_use` are the weights in
    use from then on, and `before` those until then; of a model of Qwen, whose weights are an
    adapter, null stands for the model as it was published. `restorer` is the one in use from then
    on, with weights where they came from. `note` is what the person who decided wrote.
    """

    schema_version: Literal[1] = 1
    at: str
    action: Literal["promoted", "refused", "back"]
    candidate: Sha256 | None = None
    in_use: Sha256 | None
    before: Sha256 | None
    restorer: RestorerChoice
    verdict: Verdict | None = None
    note: str = ""
