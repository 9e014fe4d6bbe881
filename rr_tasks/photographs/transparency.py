"""Replaces colours that nobody sees, because the photograph is fully transparent there."""

import cv2
import numpy as np
import numpy.typing as npt

from rr_tasks.photographs.pixels import Pixels

_PASSES = 8

Mask = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int32]


def fill_hidden(pixels: Pixels, hidden: Mask) -> Pixels:
    """Replace hidden colours by visible ones, mirrored at the edge of the visible part.

    Hidden colours therefore influence nothing and do not bleed into a cut-out when it is restored,
    and the hidden part is as noisy, sharp and hazy as the visible one.

    Args:
        pixels: (H, W, 3).
        hidden: (H, W), where nothing is visible.

    Returns:
        (H, W, 3), the visible pixels unchanged; black if nothing is visible anywhere.
    """
    if not hidden.any():
        return pixels
    filled = pixels.copy()
    filled[hidden] = 0
    if hidden.all():
        return filled
    colours, missing = filled.reshape(-1, 3), hidden.flatten()
    for number in range(1, _PASSES + 1):  # each reaches about twice as far from what is visible
        places = np.flatnonzero(missing).astype(np.int32)
        nearest = _find_nearest(missing.reshape(hidden.shape), places)
        sources = _reflect(places, nearest, *hidden.shape)
        if number == _PASSES:
            sources = np.where(missing[sources], nearest, sources)
        known = ~missing[sources]
        colours[places[known]] = colours[sources[known]]
        missing[places[known]] = False
        if known.all():
            break
    return filled


def _find_nearest(missing: Mask, places: Places) -> Places:
    """Return, for each missing pixel, the flat index of the nearest pixel that is not missing."""
    _, labels = cv2.distanceTransformWithLabels(
        missing.astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    there = np.flatnonzero(~missing).astype(np.int32)
    place_of = np.zeros(there.size + 1, np.int32)
    place_of[labels.ravel()[there]] = there
    return np.asarray(place_of[labels.ravel()[places]])


def _reflect(places: Places, nearest: Places, height: int, width: int) -> Places:
    """Mirror positions at their nearest visible pixels; those that would leave the image stay."""
    rows = 2 * (nearest // width) - places // width
    columns = 2 * (nearest % width) - places % width
    inside = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
    return np.where(inside, rows * width + columns, places)
