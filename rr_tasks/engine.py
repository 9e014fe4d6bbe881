"""A reasoner and a restorer, which together restore a photograph from start to end."""

import numpy as np
import numpy.typing as npt

from rr_tasks.photographs.pixels import Pixels, to_8_bits
from rr_tasks.reasoner.diagnosis import diagnose, expect_each
from rr_tasks.reasoner.evidence import explain_guess
from rr_tasks.reasoner.load import check_reasoner, load_reasoner
from rr_tasks.reasoner.protocol import Reasoner
from rr_tasks.restorer.load import check_restorer, load_restorer
from rr_tasks.restorer.photograph import PhotographRestorer
from schemas.prior.current import DiagnosticPrior
from schemas.reasoner import ReasonerChoice
from schemas.restorer import RestorerChoice


class Engine:
    """Diagnoses and restores photographs; several threads may share it."""

    def __init__(self, reasoner: Reasoner, restorer: PhotographRestorer) -> None:
        self._reasoner, self._restorer = reasoner, restorer

    @property
    def identity(self) -> str:
        """Names both models: outputs of another identity are stale."""
        return f"{self._reasoner.identity} restorer {self._restorer.digest[:16]}"

    def diagnose(self, pixels: Pixels) -> DiagnosticPrior:
        """Diagnose (H, W, 3) pixels.

        Raises:
            UndiagnosedError: the reasoner failed, or its answer cannot be parsed.
        """
        return diagnose(self._reasoner, pixels)

    def explain_guess(self, pixels: Pixels) -> str | None:
        """Say why the diagnosis of (H, W, 3) pixels is a guess, on which nobody should act.

        None means that it is not; see `rr_tasks.reasoner.evidence`.
        """
        return explain_guess(pixels)

    def expect_severities(self, pixels: Pixels) -> npt.NDArray[np.float64]:
        """Return the expected severity, 0-100, of each of `DEGRADATIONS` in (H, W, 3) pixels.

        They are NaN if the reasoner fails; see `Reasoner.expected_severities`.
        """
        return np.asarray(expect_each(self._reasoner, [to_8_bits(pixels)])[0])

    def restore(self, pixels: Pixels, prior: DiagnosticPrior) -> Pixels:
        """Undo what the prior describes; the result has the same shape and type."""
        return self._restorer.restore(pixels, prior)


def check_engine(
    reasoner: ReasonerChoice, restorer: RestorerChoice, *, commercial: bool = False
) -> str | None:
    """Make sure, before any work, that both models can be had and can run on this machine together.

    Args:
        reasoner: the choice of a reasoner.
        restorer: the choice of a restorer.
        commercial: refuse a restorer that is not known to allow commercial use.

    Returns:
        The licence of a published restorer; see `check_restorer`.

    Raises:
        UnusableWeightsError, LicenceError, MissingDeviceError, TooLittleMemoryError: see
            `check_reasoner` and `check_restorer`.
    """
    return check_restorer(restorer, commercial=commercial, beside=check_reasoner(reasoner))


def load_engine(reasoner: ReasonerChoice, restorer: RestorerChoice) -> Engine:
    """Load both models; each is kept in this process until its file is replaced.

    Args:
        reasoner: the choice of a reasoner.
        restorer: the choice of a restorer.

    Raises:
        UnusableWeightsError: see `rr_tasks.weights.file.load_network`.
    """
    return Engine(load_reasoner(reasoner), load_restorer(restorer))
