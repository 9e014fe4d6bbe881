"""What every reasoner provides, so that annotation, evaluation and restoration are written once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from rr_tasks.photographs.pixels import Bytes
from rr_tasks.reasoner.question import Question
from schemas.prior.current import DiagnosticPrior
from schemas.reasoner import ReasonerIdentity


@dataclass(frozen=True)
class Unparsed:
    """An answer that is not a prior: the reason, and the raw text if there is any."""

    reason: str
    text: str | None = None


Answer = DiagnosticPrior | Unparsed


class Reasoner(Protocol):
    """Turns photographs into diagnostic priors; may be called from several threads at once."""

    @property
    def identity(self) -> ReasonerIdentity:
        """Everything that determines its answers."""

    @property
    def batch_size(self) -> int:
        """How many photographs to show it at once."""

    def diagnose_all(self, images: Sequence[Bytes]) -> list[Answer]:
        """Diagnose photographs of any sizes, and return an answer for each, in order."""

    def expected_severities(self, images: Sequence[Bytes]) -> npt.NDArray[np.float64]:
        """Return the expected severity of each type: its severity times its probability.

        It does not jump when a finding appears, so it can measure how much a restoration removed.

        Returns:
            Severities (B, types), 0-100, in the order of `DEGRADATIONS`; a row of NaN where the
            answer cannot be parsed.
        """


class VisionLanguageModel(Protocol):
    """Writes about photographs what it is asked; may be called from several threads at once."""

    @property
    def batch_size(self) -> int:
        """How many photographs to show it at once."""

    def identify(self, *questions: Question) -> ReasonerIdentity:
        """Return everything that determines its answers to some questions."""

    def write_all(self, images: Sequence[Bytes], question: Question) -> list[str | Unparsed]:
        """Ask one question about photographs of any sizes, and return what it writes, in order."""
