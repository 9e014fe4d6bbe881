"""Judges restorations: the reasoner looks at the result as it looked at the photograph.

A restoration that is worth having lowers the severity of what it undid, and raises that of anything
else much less; it shows the same scene; and it looks like a photograph. If much of what it
undid is still there, it is usually right in part: a kernel was wrong, say, and half of a sharpening
with a wrong kernel is better than all of it.

    python infra/weights/judge.py SHARDS [SHARDS ...]

shows what these limits do to restorations of training photographs, with diagnoses of their own and
with those of others. They belong to the shipped weights: run it when these change.
"""

from collections.abc import Collection
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from rr_tasks.engine import Engine
from rr_tasks.photographs.pixels import Bytes, Pixels, to_8_bits
from rr_tasks.reasoner.views import shrink_to_working_size
from rr_tasks.treatment.likeness import measure_likeness
from rr_tasks.treatment.registration import measure_shift
from rr_tasks.treatment.tone import Tone, measure_tone
from schemas.prior.current import DEGRADATIONS

LEAST_FALL = 10.0
"""Points by which the severity of what was undone falls in all, if all of it was undone."""
MOST_RISE = 0.5
"""By which share of this fall the severity of another type may rise."""
MOST_LEFT = 0.7
"""Share of the severity of what was undone that may be left."""
LEAST_LIKENESS, LEAST_WITHOUT_RAIN = 0.5, 0.0
"""Streaks of rain are structure too, and may have been most of what was seen."""
EVEN = 0.5
"""Standard deviation, in codes, up to which a picture shows nothing at all."""
MOST_MOVED = 0.003
"""Share of the short side by which what is shown may move, but a pixel at working size at least.
The edge tier moves 0.0004 of a sharp photograph, and half a pixel of a noisy one."""
MOST_CLIPPED = 0.2
"""Share of pixels that may become black, or white."""
DARKEST, BRIGHTEST = 10.0, 85.0
"""Lightness that the whole may get, unless it had it before."""
MOST_CAST = 40.0
"""Distance in a* and b* by which the mean colour may move."""
MOST_RECOLOURED = 8.0
"""Distance in CIELAB by which the mean colour may move if only `TONELESS` types were undone."""
TONELESS = frozenset({"blur", "noise"})


class Impression(NamedTuple):
    """What is seen of a photograph: severities in the order of `DEGRADATIONS`, scene, and tone."""

    severities: npt.NDArray[np.float64]
    working: Bytes
    tone: Tone


def look_at(pixels: Pixels, engine: Engine) -> Impression:
    """Look at (H, W, 3) pixels of 8 or 16 bits."""
    image = to_8_bits(pixels)
    working, _ = shrink_to_working_size(image)
    return Impression(engine.expect_severities(image), working, measure_tone(working))


def find_fault(
    before: Impression, after: Impression, undone: Collection[str], share: float = 1.0
) -> str | None:
    """Say what is wrong with a restoration; None if nothing is.

    Severities that the reasoner cannot tell, which are NaN, are not held against it.

    Args:
        before: the photograph.
        after: its restoration.
        undone: the types of degradation that were undone.
        share: that of the restoration which is applied.
    """
    falls = dict(zip(DEGRADATIONS, before.severities - after.severities, strict=True))
    fall = sum(falls[name] for name in undone)
    if fall < share * LEAST_FALL:
        return f"the severity of {_join(undone)} did not fall"
    rises = {name: -falls[name] for name in DEGRADATIONS if name not in undone}
    worst = max(rises, key=lambda name: rises[name], default=None)
    if worst is not None and rises[worst] > MOST_RISE * fall:
        return f"the severity of {worst} rose by {rises[worst]:.0f}"
    loss = find_loss(before.working, after.working, undone)
    if loss is not None:
        return loss
    moved = measure_shift(before.working, after.working)
    if moved > max(MOST_MOVED, 1 / min(before.working.shape[:2])):
        return f"what it shows moved by {moved:.1%} of its short side"
    return _find_fault_of_tone(before.tone, after.tone) or _find_recolouring(before, after, undone)


def find_loss(before: Bytes, after: Bytes, undone: Collection[str]) -> str | None:
    """Say whether something other than the photograph is left; None if not.

    Args:
        before: the photograph at working size, (H, W, 3).
        after: its restoration, of the same shape.
        undone: the types of degradation that were undone.
    """
    if after.std() <= EVEN < before.std():
        return "it shows nothing any more"
    likeness = measure_likeness(before, after)
    if likeness < (LEAST_WITHOUT_RAIN if "rain" in undone else LEAST_LIKENESS):
        return f"what it shows changed (likeness {likeness:.2f})"
    return None


def find_rest(before: Impression, after: Impression, undone: Collection[str]) -> str | None:
    """Say how much of what was undone is left after a restoration; None if it is little."""
    places = [DEGRADATIONS.index(name) for name in undone]
    was, left = (float(seen.severities[places].sum()) for seen in (before, after))
    if left > MOST_LEFT * was:
        return f"{left / was:.0%} of the severity of {_join(undone)} is left"
    return None


def _find_fault_of_tone(before: Tone, after: Tone) -> str | None:
    clipped = {"black": after.dark - before.dark, "white": after.bright - before.bright}
    for colour, share in clipped.items():
        if share > MOST_CLIPPED:
            return f"{share:.0%} of it became {colour}"
    if after.lightness < min(DARKEST, before.lightness):
        return f"it became too dark (lightness {after.lightness:.0f})"
    if after.lightness > max(BRIGHTEST, before.lightness):
        return f"it became too bright (lightness {after.lightness:.0f})"
    cast = np.hypot(after.green_red - before.green_red, after.blue_yellow - before.blue_yellow)
    return f"its colours shifted by {cast:.0f}" if cast > MOST_CAST else None


def _find_recolouring(before: Impression, after: Impression, undone: Collection[str]) -> str | None:
    """Find a change of the mean colour that undoing blur and noise cannot explain."""
    if not TONELESS.issuperset(undone):
        return None
    moves = [now - then for then, now in zip(before.tone[2:], after.tone[2:], strict=True)]
    change = float(np.linalg.norm(moves))
    return f"its mean colour changed by {change:.0f}" if change > MOST_RECOLOURED else None


def _join(names: Collection[str]) -> str:
    return " and ".join(name for name in DEGRADATIONS if name in names)
