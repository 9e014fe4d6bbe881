"""Applies only a share of a restoration, of all types or of each its own."""

from collections.abc import Callable, Mapping

import numpy as np

from rr_tasks.photographs.pixels import Pixels
from rr_tasks.priors import leave_out
from schemas.prior.current import DiagnosticPrior

Restore = Callable[[DiagnosticPrior], Pixels]
"""Restores a photograph by a prior; the pixels are the caller's own."""

_ROWS = 64
"""Blended at a time, so that only their differences are in memory."""


def apply_strengths(
    original: Pixels,
    restored: Pixels,
    wanted: DiagnosticPrior,
    strengths: Mapping[str, float],
    restore: Restore,
) -> Pixels:
    """Undo each type of degradation by its own share.

    With shares a >= b of two types, the result is (1 - a) original + (a - b) (the first type
    undone) + b (both undone), and so on for more types: the Lovász extension of the restorations of
    all subsets. A share of 0 gives the restoration without that type, 1 the one with it, with a
    straight way between them as long as no other share is passed, and equal shares give that share
    of the whole restoration. Each share that differs takes one more restoration.

    Args:
        original: (H, W, 3), 8 or 16 bits.
        restored: all that is wanted undone; may be overwritten.
        wanted: what to undo.
        strengths: the share, above 0 and up to 1, of each type that is present in `wanted`.
        restore: restores `original`.
    """
    shares = {name: strengths[name] for name in wanted.present()}
    part, (reached, *stronger) = restored, sorted(set(shares.values()))
    for share in stronger:
        weaker = {name for name, other in shares.items() if other < share}
        part = blend(restore(leave_out(wanted, weaker)), part, reached / share)
        reached = share
    return blend(original, part, reached)


def blend(original: Pixels, restored: Pixels, strength: float) -> Pixels:
    """Mix a photograph with its restoration; no value ever turns back as the strength grows.

    Args:
        original: (H, W, 3), 8 or 16 bits.
        restored: of the same shape and type; overwritten by the result.
        strength: share of the restoration, 0-1; 0 gives the original's values, 1 the restored ones.

    Returns:
        original + strength * (restored - original), rounded, in `restored`.
    """
    if strength < 1.0:
        for top in range(0, len(original), _ROWS):
            rows = slice(top, top + _ROWS)
            before = original[rows].astype(np.int32)
            change = np.rint((restored[rows] - before) * strength).astype(np.int32)
            restored[rows] = before + change
    return restored
