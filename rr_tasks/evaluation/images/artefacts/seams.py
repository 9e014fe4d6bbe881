"""Seams: straight lines across the photograph where two tiles do not join."""

import numpy as np

from rr_tasks.evaluation.images.artefacts.surfaces import Plane, luma
from rr_tasks.photographs.pixels import Bytes

_SEGMENT_PX = 32
_LEAST_SEGMENTS = 3
_USUAL = 0.9


def measure_seams(image: Bytes, reference: Bytes) -> float | None:
    """Measure the strongest straight step of the error across the whole photograph.

    The step of the error at a line between two columns, or rows, is averaged over segments of 32
    pixels; the line's value is the median over its segments, so it must run along more than half of
    the photograph. Noise and the blocks of JPEG files raise many lines alike, so what a tenth of
    the lines exceeds is subtracted.

    Args:
        image: (H, W, 3) sRGB bytes.
        reference: the clean photograph, of the same shape.

    Returns:
        The excess of the strongest line in levels of luma; None if a side is below 96 pixels.
    """
    error = luma(image) - luma(reference)
    if min(error.shape) < _LEAST_SEGMENTS * _SEGMENT_PX:
        return None
    return max(_find_strongest(error), _find_strongest(error.T))


def _find_strongest(error: Plane) -> float:
    segments = error.shape[0] // _SEGMENT_PX
    steps = np.diff(error[: segments * _SEGMENT_PX], axis=1)
    means = np.abs(steps.reshape(segments, _SEGMENT_PX, -1).mean(axis=1))
    lines = np.median(means, axis=0)
    return float(lines.max() - np.quantile(lines, _USUAL))
