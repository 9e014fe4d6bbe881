"""Haze removed by the dark channel prior.

K. He, J. Sun and X. Tang, Single image haze removal using dark channel prior, CVPR 2009, with their
guided filter (ECCV 2010) in place of soft matting, as they recommend since. All constants are those
of the papers. Values are display-coded, as there.
"""

import cv2
import numpy as np
import numpy.typing as npt

from rr_tasks.photographs.pixels import Bytes

Plane = npt.NDArray[np.float32]

_PATCH_PX = 15
_KEPT_HAZE = 0.05
_LEAST_TRANSMISSION = 0.1
_BRIGHTEST = 0.001
_RADIUS_PX, _SMOOTHNESS = 60, 1e-4


def dehaze(image: Bytes) -> Bytes:
    """Remove haze from (H, W, 3) sRGB bytes."""
    hazy = np.asarray(image / 255, np.float32)
    light = _find_airlight(hazy, _darken(hazy))
    rough = 1 - (1 - _KEPT_HAZE) * _darken(hazy / light)
    transmission = smooth_by(cv2.cvtColor(hazy, cv2.COLOR_RGB2GRAY), rough)
    clear = (hazy - light) / np.maximum(transmission, _LEAST_TRANSMISSION)[..., None] + light
    return np.asarray(np.rint(np.clip(clear, 0.0, 1.0) * 255), np.uint8)


def smooth_by(guide: Plane, plane: Plane) -> Plane:
    """Smooth a plane (H, W) along the edges of a guide (H, W) of 0-1: the guided filter."""
    mean_guide, mean_plane = _mean(guide), _mean(plane)
    covariance = _mean(guide * plane) - mean_guide * mean_plane
    slope = covariance / (_mean(guide * guide) - mean_guide**2 + _SMOOTHNESS)
    offset = mean_plane - slope * mean_guide
    return np.asarray(_mean(slope) * guide + _mean(offset), np.float32)


def _darken(image: npt.NDArray[np.float32]) -> Plane:
    """Return the darkest value of any channel in a patch around each pixel."""
    patch = np.ones((_PATCH_PX, _PATCH_PX), np.uint8)
    return np.asarray(cv2.erode(image.min(axis=2), patch), np.float32)


def _find_airlight(image: npt.NDArray[np.float32], dark: Plane) -> npt.NDArray[np.float32]:
    """Return the brightest colour (3,) among the thousandth of pixels with the haziest patches."""
    count = max(1, round(_BRIGHTEST * dark.size))
    haziest = np.argpartition(dark.ravel(), -count)[-count:]
    colours = image.reshape(-1, 3)[haziest]
    brightest = colours[np.argmax(colours.sum(axis=1))]
    return np.asarray(np.maximum(brightest, 1 / 255), np.float32)


def _mean(plane: Plane) -> Plane:
    side = 2 * _RADIUS_PX + 1
    return np.asarray(cv2.blur(plane, (side, side)), np.float32)
