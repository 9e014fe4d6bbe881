"""Grids: the blocks of a JPEG file, made visible by whatever strengthens contrast."""

import numpy as np

from rr_tasks.evaluation.images.artefacts.surfaces import LEAST, Mask, Plane, find_flats, luma
from rr_tasks.photographs.pixels import Bytes

_BLOCK = 8


def measure_grid(image: Bytes, reference: Bytes) -> float | None:
    """Measure how much larger the steps of the error are at every eighth pixel than elsewhere.

    As in Wang, Sheikh and Bovik 2002 (No-reference perceptual quality assessment of JPEG compressed
    images), steps across the borders of blocks are compared with those within, here in smooth areas
    and of the error, so that what was photographed does not count, and wherever the grid lies.

    Args:
        image: (H, W, 3) sRGB bytes.
        reference: the clean photograph, of the same shape.

    Returns:
        The excess in levels of luma, mean over both directions; None without smooth areas.
    """
    true = luma(reference)
    error, flat = luma(image) - true, find_flats(true)
    if np.count_nonzero(flat) < LEAST:
        return None
    return (_exceed(error, flat) + _exceed(error.T, flat.T)) / 2


def _exceed(error: Plane, flat: Mask) -> float:
    """Return by how much the largest mean step across columns of a phase exceeds the median one."""
    inside = flat[:, 1:] & flat[:, :-1]
    steps = np.where(inside, np.abs(np.diff(error, axis=1)), 0.0).sum(axis=0)
    counts = inside.sum(axis=0)
    phases = [
        steps[phase::_BLOCK].sum() / max(1, counts[phase::_BLOCK].sum()) for phase in range(_BLOCK)
    ]
    return float(np.max(phases) - np.median(phases))
