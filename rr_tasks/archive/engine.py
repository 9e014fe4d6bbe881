"""What the restoration of an archive asks of a model."""

from typing import Protocol

from rr_tasks.photographs.pixels import Pixels
from schemas.prior.current import DiagnosticPrior


class Engine(Protocol):
    """Diagnoses and restores one photograph at a time; called from one thread only.

    `identity` names the model and its weights: outputs of another identity are stale.
    """

    @property
    def identity(self) -> str:
        """Name and weights hash."""

    def diagnose(self, pixels: Pixels) -> DiagnosticPrior:
        """Say what degrades (H, W, 3) pixels."""

    def restore(self, pixels: Pixels, prior: DiagnosticPrior) -> Pixels:
        """Undo what the prior says; the result has the same shape and type."""
