"""Which reasoner diagnoses, and everything that decides its answers."""

import hashlib
import json
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BeforeValidator, Field, JsonValue

from schemas.base import Sha256, Strict
from schemas.url import Url


class EdgeReasonerChoice(Strict):
    """The edge reasoner: a small network that runs on a CPU."""

    kind: Literal["edge"] = "edge"
    weights: Url | None = Field(None, description="Weights file; by default the shipped one")


def _read_weights(given: Any) -> Any:
    """Take a URL, or nothing, for the weights of the edge reasoner, as earlier releases did."""
    return {"kind": "edge", "weights": given} if given is None or isinstance(given, str) else given


# With a second kind: Annotated[EdgeReasonerChoice | ..., Field(discriminator="kind")].
_Choice: TypeAlias = EdgeReasonerChoice

ReasonerChoice = Annotated[
    _Choice,
    Field(strict=False),
    BeforeValidator(_read_weights, json_schema_input_type=_Choice | Url | None),
]
"""The reasoner that a flow works with; `rr_tasks.reasoner.load` loads it."""


class ReasonerIdentity(Strict):
    """Everything that decides a reasoner's answers: where identities are equal, answers are.

    `algorithm` counts changes of our code that alter the answers to the same photographs; 0 stands
    for annotations made before it was written down. A local model is identified by
    `weights_sha256`, a served one by `model` and `revision`. `prompt_version` is null where the
    photograph alone is shown. `decoding` holds the settings by which answers are sampled, and
    `libraries` the versions of those on which more than the last bits depend.
    """

    kind: str
    algorithm: Annotated[int, Field(ge=0)] = 1
    weights_sha256: Sha256 | None = None
    model: str | None = None
    revision: str | None = None
    prompt_version: str | None = None
    decoding: dict[str, JsonValue] = Field(default_factory=dict)
    libraries: dict[str, str] = Field(default_factory=dict)

    @property
    def fingerprint(self) -> str:
        """16 hex digits: those of the weights where nothing else decides, else of a hash of all."""
        deciding = self.model_dump(mode="json", exclude={"kind"}, exclude_defaults=True)
        if deciding.keys() == {"weights_sha256"}:
            return str(self.weights_sha256)[:16]
        return hashlib.sha256(json.dumps(deciding, sort_keys=True).encode()).hexdigest()[:16]

    @property
    def label(self) -> str:
        """What people know the reasoner by, such as `edge c23d18fb`."""
        weights = self.weights_sha256 and self.weights_sha256[:8]
        return " ".join(filter(None, (self.kind, self.model, self.revision, weights)))

    def __str__(self) -> str:
        """How ledgers and rows name the reasoner."""
        return f"{self.kind} reasoner {self.fingerprint}"
