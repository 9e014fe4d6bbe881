"""Casts: colour where the clean photograph is grey."""

import cv2
import numpy as np

from rr_tasks.evaluation.images.artefacts.surfaces import LEAST, Plane
from rr_tasks.photographs.pixels import Bytes

_WINDOW_PX = 17  # noise has colour too, but no cast
_NEUTRAL = 6.0  # chroma in CIELAB below which nobody names a colour
_DARKEST, _LIGHTEST = 10.0, 98.0


def measure_cast(image: Bytes, reference: Bytes) -> float | None:
    """Measure how far colours move in neutral areas: chroma below 6 in CIELAB, L* 10 to 98.

    Args:
        image: (H, W, 3) sRGB bytes.
        reference: the clean photograph, of the same shape.

    Returns:
        The mean distance in a* and b* (CIE 1976), of colours averaged over 17 x 17 pixels; None if
        nothing is neutral.
    """
    seen, true = _to_lab(image), _to_lab(reference)
    lightness, chroma = true[..., 0], np.hypot(true[..., 1], true[..., 2])
    neutral = (chroma < _NEUTRAL) & (lightness > _DARKEST) & (lightness < _LIGHTEST)
    if np.count_nonzero(neutral) < LEAST:
        return None
    shift = (seen - true)[neutral]
    return float(np.hypot(shift[:, 1], shift[:, 2]).mean())


def _to_lab(image: Bytes) -> Plane:
    smooth = cv2.blur(image.astype(np.float32) / 255, (_WINDOW_PX, _WINDOW_PX))
    return np.asarray(cv2.cvtColor(smooth, cv2.COLOR_RGB2LAB), np.float32)
