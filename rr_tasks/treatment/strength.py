"""Applies only a share of a restoration."""

import numpy as np

from rr_tasks.photographs.pixels import Pixels

_ROWS = 64
"""Blended at a time, so that only their differences are in memory."""


def blend(original: Pixels, restored: Pixels, strength: float) -> Pixels:
    """Mix a photograph with its restoration; no value ever turns back as the strength grows.

    Args:
        original: (H, W, 3), 8 or 16 bits.
        restored: of the same shape and type.
        strength: share of the restoration, 0-1; 0 gives the original's values, 1 the restored ones.

    Returns:
        original + strength * (restored - original), rounded, of the same shape and type.
    """
    mixed = np.empty_like(original)
    for top in range(0, len(original), _ROWS):
        rows = slice(top, top + _ROWS)
        before = original[rows].astype(np.int32)
        mixed[rows] = before + np.rint((restored[rows] - before) * strength).astype(np.int32)
    return mixed
