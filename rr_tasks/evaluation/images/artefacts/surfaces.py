"""Where a clean photograph is smooth, so that anything seen there was added to it."""

import cv2
import numpy as np
import numpy.typing as npt

from rr_tasks.photographs.pixels import Bytes

Plane = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

LEAST = 256
"""Pixels below which a measure says nothing."""

_WINDOW_PX = 9
_FLAT = 4.0  # levels; grain of clean photographs is below it, texture above


def luma(image: Bytes) -> Plane:
    """Return the luma (BT.601) of (H, W, 3) sRGB bytes as (H, W) levels, 0-255."""
    return np.asarray(cv2.cvtColor(image.astype(np.float32), cv2.COLOR_RGB2GRAY), np.float32)


def find_flats(plane: Plane, window_px: int = _WINDOW_PX) -> Mask:
    """Find where a plane (H, W) deviates by less than 4 levels within a window around a pixel."""
    mean = cv2.blur(plane, (window_px, window_px))
    variance = cv2.blur(plane * plane, (window_px, window_px)) - mean * mean
    return np.asarray(variance < _FLAT**2)
