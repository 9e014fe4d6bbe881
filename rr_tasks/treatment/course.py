"""What is done to a photograph in use: by archives, by library users, and in evaluations."""

from dataclasses import dataclass

from rr_tasks.engine import Engine
from rr_tasks.photographs.pixels import Pixels
from rr_tasks.treatment.choice import choose_treatment, explain_leaving
from rr_tasks.treatment.strength import blend
from schemas.archive import Status
from schemas.errors import ExpectedError
from schemas.prior.current import DiagnosticPrior
from schemas.treatment import Treatment


class EngineError(ExpectedError, RuntimeError):
    """The engine's answer cannot be used for this photograph."""


@dataclass(frozen=True)
class Treated:
    """What was done to a photograph, and why.

    Attributes:
        status: the outcome.
        pixels: the restored photograph; None if it is left alone.
        reason: why its diagnosis is a guess, or what verification found, if anything.
    """

    status: Status
    pixels: Pixels | None = None
    reason: str | None = None


def treat(
    pixels: Pixels,
    prior: DiagnosticPrior,
    engine: Engine,
    treatment: Treatment | None = None,
    *,
    protected: bool = False,
) -> Treated:
    """Decide what to undo in a photograph, and undo it.

    Args:
        pixels: (H, W, 3), sRGB-coded, 8 or 16 bits; left as they are.
        prior: its diagnosis.
        engine: restores it.
        treatment: what is wanted; by default what `rr restore` does by default.
        protected: leave it alone even if there is something to undo.

    Raises:
        EngineError: the restorer returned something of another shape or type.
    """
    treatment = treatment or Treatment()
    guess = engine.explain_guess(pixels)
    if guess is not None:
        return Treated("uncertain", reason=guess)
    threshold, certainty = treatment.threshold, treatment.certainty
    wanted = choose_treatment(prior, treatment.keep, threshold, certainty)
    if wanted is None:
        return Treated(explain_leaving(prior, threshold, certainty))
    if treatment.strength == 0.0:  # coding it once more would only harm it
        return Treated("kept")
    if protected:
        return Treated("protected")
    restored = _check(pixels, engine.restore(pixels, wanted))
    return Treated("restored", blend(pixels, restored, treatment.strength))


def _check(pixels: Pixels, restored: Pixels) -> Pixels:
    if restored.shape != pixels.shape or restored.dtype != pixels.dtype:
        raise EngineError(
            f"the restorer returned {restored.shape} {restored.dtype} "
            f"for {pixels.shape} {pixels.dtype}"
        )
    return restored
