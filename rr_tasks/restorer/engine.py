"""Reasoner and restorer of the edge tier together, as the archive job uses them."""

from typing import Self

import numpy as np
import numpy.typing as npt

from rr_tasks.reasoner.edge import EdgeReasoner
from rr_tasks.restorer.photograph import PhotographRestorer
from schemas.prior.current import DiagnosticPrior

Pixels = npt.NDArray[np.uint8] | npt.NDArray[np.uint16]


class EdgeEngine:
    """Diagnoses and restores photographs on a CPU."""

    def __init__(self, reasoner: EdgeReasoner, restorer: PhotographRestorer) -> None:
        self._reasoner, self._restorer = reasoner, restorer

    @classmethod
    def load(cls, reasoner: str | None = None, restorer: str | None = None) -> Self:
        """Load weights, by default the shipped ones.

        Raises:
            UnusableWeightsError: see `rr_tasks.weights.load`.
        """
        return cls(EdgeReasoner.load(reasoner), PhotographRestorer.load(restorer))

    @property
    def identity(self) -> str:
        """The weights of both networks."""
        reasoner, restorer = self._reasoner.weights_sha256, self._restorer.weights_sha256
        return f"edge reasoner {reasoner[:16]} restorer {restorer[:16]}"

    def diagnose(self, pixels: Pixels) -> DiagnosticPrior:
        """Diagnose (H, W, 3) sRGB-coded pixels of 8 or 16 bits."""
        return self._reasoner.diagnose(pixels)

    def restore(self, pixels: Pixels, prior: DiagnosticPrior) -> Pixels:
        """Undo what the prior says; same shape and type."""
        return self._restorer.restore(pixels, prior)
