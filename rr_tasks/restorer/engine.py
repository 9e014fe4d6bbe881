"""Reasoner and restorer together, as the archive job uses them."""

import numpy as np
import numpy.typing as npt

from rr_tasks.reasoner.diagnosis import diagnose
from rr_tasks.reasoner.protocol import Reasoner
from rr_tasks.restorer.photograph import PhotographRestorer
from schemas.prior.current import DiagnosticPrior

Pixels = npt.NDArray[np.uint8] | npt.NDArray[np.uint16]


class EdgeEngine:
    """Diagnoses and restores photographs on a CPU."""

    def __init__(self, reasoner: Reasoner, restorer: PhotographRestorer) -> None:
        self._reasoner, self._restorer = reasoner, restorer

    @property
    def identity(self) -> str:
        """The weights of both networks."""
        return f"{self._reasoner.identity} restorer {self._restorer.weights_sha256[:16]}"

    def diagnose(self, pixels: Pixels) -> DiagnosticPrior:
        """Diagnose (H, W, 3) sRGB-coded pixels of 8 or 16 bits."""
        return diagnose(self._reasoner, pixels)

    def restore(self, pixels: Pixels, prior: DiagnosticPrior) -> Pixels:
        """Undo what the prior says; same shape and type."""
        return self._restorer.restore(pixels, prior)
