"""What is done to a photograph in use: by archives, by library users, and in evaluations."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import numpy as np

from rr_tasks.engine import Engine
from rr_tasks.photographs.pixels import Bytes, Pixels, to_8_bits
from rr_tasks.reasoner.views import shrink_to_working_size
from rr_tasks.treatment.choice import choose_treatment, explain_leaving
from rr_tasks.treatment.edits import edit_prior
from rr_tasks.treatment.judgement import find_fault, find_loss, find_rest, look_at
from rr_tasks.treatment.strength import apply_strengths, blend
from schemas.archive import Status
from schemas.errors import ExpectedError
from schemas.prior.current import DiagnosticPrior
from schemas.treatment import Treatment

REDUCED = 0.5
"""Share of a restoration that is applied if all of it is not good and this is."""


class EngineError(ExpectedError, RuntimeError):
    """The engine's answer cannot be used for this photograph."""


@dataclass(frozen=True)
class Treated:
    """What was done to a photograph, and why.

    Attributes:
        status: the outcome.
        pixels: the restored photograph; None if it is left alone.
        strengths: the share, above 0, by which each type of degradation was undone.
        reason: why its diagnosis is a guess, or what was wrong with its restoration, if anything.
    """

    status: Status
    pixels: Pixels | None = None
    strengths: Mapping[str, float] = field(default_factory=dict)
    reason: str | None = None


def treat(
    pixels: Pixels,
    prior: DiagnosticPrior,
    engine: Engine,
    treatment: Treatment | None = None,
    *,
    protected: bool = False,
) -> Treated:
    """Decide what to undo in a photograph, undo it, and judge the result.

    A result in which nothing changed, or which does not show the photograph any more, never counts
    as restored, whether it is to be verified or not.

    Args:
        pixels: (H, W, 3), sRGB-coded, 8 or 16 bits; left as they are.
        prior: its diagnosis.
        engine: restores it, and judges the result.
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
    edited = edit_prior(prior, treatment.edit_prior)
    wanted = choose_treatment(edited, treatment.kept, threshold, certainty)
    if wanted is None:
        return Treated(explain_leaving(prior, threshold, certainty))
    if protected:
        return Treated("protected")
    strengths = {name: treatment.strength_of(name) for name in wanted.present()}
    restored = _restore(engine, pixels, wanted)
    judge = _verify if treatment.verify else _compare
    share, fault = judge(pixels, restored, engine, strengths)
    if share == 0.0:
        return Treated("unimproved", reason=f"not restored, because {fault}")
    mixed = apply_strengths(
        pixels,
        restored,
        wanted,
        strengths,
        lambda less: blend(pixels, _restore(engine, pixels, less), share),
    )
    return Treated(
        "restored",
        mixed,
        {name: share * strength for name, strength in strengths.items()},
        fault and f"applied by {share:.0%}, because {fault}",
    )


def _restore(engine: Engine, pixels: Pixels, prior: DiagnosticPrior) -> Pixels:
    restored = engine.restore(pixels, prior)
    if restored.shape != pixels.shape or restored.dtype != pixels.dtype:
        raise EngineError(
            f"the restorer returned {restored.shape} {restored.dtype} "
            f"for {pixels.shape} {pixels.dtype}"
        )
    return restored


def _compare(
    pixels: Pixels, restored: Pixels, _engine: Engine, undone: Collection[str]
) -> tuple[float, str | None]:
    """Do as `_verify` does, but without a reasoner, so that it is all or nothing."""
    before, after = (shrink_to_working_size(to_8_bits(one))[0] for one in (pixels, restored))
    loss = _find_loss(pixels, restored, before, after, undone)
    return (1.0, None) if loss is None else (0.0, loss)


def _verify(
    pixels: Pixels, restored: Pixels, engine: Engine, undone: Collection[str]
) -> tuple[float, str | None]:
    """Return the share of a restoration that is good, and what is wrong with more of it.

    `restored` is overwritten by that share of it, unless nothing of it is good.
    """
    before, after = look_at(pixels, engine), look_at(restored, engine)
    loss = _find_loss(pixels, restored, before.working, after.working, undone)
    if loss is not None:
        return 0.0, loss
    fault = find_fault(before, after, undone)
    rest = None if fault else find_rest(before, after, undone)
    if fault is None and rest is None:
        return 1.0, None
    reduced = blend(pixels, restored, REDUCED)
    if rest is not None:  # what is half undone may not look any better yet, as half of a blur
        return REDUCED, rest
    good = find_fault(before, look_at(reduced, engine), undone, REDUCED) is None
    return REDUCED if good else 0.0, fault


def _find_loss(
    pixels: Pixels, restored: Pixels, before: Bytes, after: Bytes, undone: Collection[str]
) -> str | None:
    """Say why nothing of a restoration is any good; the last two are at working size."""
    if np.array_equal(pixels, restored):
        return "nothing changed"
    return find_loss(before, after, undone)
