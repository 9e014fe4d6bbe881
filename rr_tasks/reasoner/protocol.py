"""What every reasoner offers, so that annotation, evaluation and restoration are written once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from rr_tasks.photographs.pixels import Bytes
from schemas.prior.current import DiagnosticPrior
from schemas.reasoner import ReasonerIdentity


@dataclass(frozen=True)
class Unparsed:
    """An answer that is not a prior: the reason, and its raw text if there is any."""

    reason: str
    text: str | None = None


Answer = DiagnosticPrior | Unparsed


class Reasoner(Protocol):
    """Turns photographs into diagnostic priors; may be called from several threads at once."""

    @property
    def identity(self) -> ReasonerIdentity:
        """Everything that decides its answers."""

    @property
    def batch_size(self) -> int:
        """How many photographs to show at once."""

    def diagnose_all(self, images: Sequence[Bytes]) -> list[Answer]:
        """Diagnose photographs of any sizes; there is one answer for each, in their order."""

    def expected_severities(self, images: Sequence[Bytes]) -> npt.NDArray[np.float64]:
        """The expected severity of each type: the severity times the probability of its presence.

        It does not jump where a finding appears, so it can judge how much a restoration removed.

        Returns:
            Severities (B, types), 0-100, in the order of `DEGRADATIONS`; a row of NaN where the
            answer cannot be parsed.
        """
