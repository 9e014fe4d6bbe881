"""Banding: contours where a smooth gradient has too few levels, as in a sky."""

import cv2
import numpy as np

from rr_tasks.evaluation.images.artefacts.surfaces import LEAST, Mask, Plane, find_flats, luma
from rr_tasks.photographs.pixels import Bytes

_PLATEAU_PX = 5
_EVEN = 1.0  # level by which a plateau may vary
_STEP = 1.5  # levels: single steps are what 8 bits leave of any gradient
_GAP_PX = 3  # within which the steps of all channels lie


def measure_banding(image: Bytes, reference: Bytes) -> float | None:
    """Measure false contours: steps between two even plateaus where the reference is smooth.

    A contour is a step of at least 1.5 levels of luma within 3 pixels, between runs of five even
    pixels, and at least twice that of the reference; the median over 3 x 3 pixels removes noise. A
    gradient with slopes g across and h down in sharp steps of q levels has (g + h) / q of them per
    pixel, so its value is the root of (g + h) q.

    Args:
        image: (H, W, 3) sRGB bytes.
        reference: the clean photograph, of the same shape.

    Returns:
        The root of the summed squares of contours per smooth pixel, in levels; None without smooth
        areas.
    """
    seen, true = (cv2.medianBlur(luma(picture), 3) for picture in (image, reference))
    flat = find_flats(luma(reference))
    pixels = np.count_nonzero(flat)
    if pixels < LEAST:
        return None
    energy = _sum_contours(seen, true, flat) + _sum_contours(seen.T, true.T, flat.T)
    return float(np.sqrt(energy / pixels))


def _sum_contours(seen: Plane, true: Plane, flat: Mask) -> float:
    """Sum the squares of contours across columns; a sharp one is found in several gaps."""
    run, gap = _PLATEAU_PX, _PLATEAU_PX + _GAP_PX - 1
    even = np.ptp(np.lib.stride_tricks.sliding_window_view(seen, run, axis=1), axis=2) <= _EVEN
    before, after = slice(run - 1, -gap), slice(gap, 1 - run)
    steps, wanted = (np.abs(plane[:, after] - plane[:, before]) for plane in (seen, true))
    contours = even[:, :-gap] & even[:, gap:] & flat[:, before]
    contours &= (steps >= _STEP) & (steps >= 2 * wanted)
    return float((steps[contours] ** 2).sum()) / _GAP_PX
