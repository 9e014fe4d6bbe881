"""Finds the part of a photograph that is farthest out of focus, as a crop of a background shows."""

import cv2
import numpy as np

from rr_tasks.degrade.square import Square
from rr_tasks.photographs.pixels import Bytes

_LEAST_SIDE = 128
_VIEW = 128
_FINE, _COARSE = 1.0, 6.0
_FLAT = 1.0
"""Variance in codes, added to that of all detail, so that a place without any is not soft."""


def find_background(photograph: Bytes, square: Square) -> Square:
    """Choose the softest square of about half the side.

    A place is soft if its fine detail is faint beside its coarse detail, so a plain sky is not
    mistaken for a background that is out of focus.

    Args:
        photograph: (H, W, 3) sRGB bytes.
        square: what would be cut otherwise.
    """
    height, width = photograph.shape[:2]
    side = min(max(_LEAST_SIDE, square.side // 2), height, width)
    scale = min(1.0, _VIEW / side)
    grey = cv2.cvtColor(photograph, cv2.COLOR_RGB2GRAY)
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    view = small.astype(np.float32)
    softened = cv2.GaussianBlur(view, (0, 0), _FINE)
    window = max(1, round(side * scale))
    fine, coarse = (
        cv2.boxFilter(detail**2, -1, (window, window), anchor=(0, 0))
        for detail in (view - softened, softened - cv2.GaussianBlur(view, (0, 0), _COARSE))
    )
    last_row, last_column = (length - window for length in view.shape)
    sharpness = ((fine + _FLAT) / (coarse + _FLAT))[: last_row + 1, : last_column + 1]
    row, column = np.unravel_index(int(np.argmin(sharpness)), sharpness.shape)
    top, left = min(round(row / scale), height - side), min(round(column / scale), width - side)
    return Square(top, left, side, min(square.size, side))
