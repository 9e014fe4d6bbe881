"""Halos: a bright rim on the bright side of a strong edge, or a dark one on its dark side."""

import cv2
import numpy as np

from rr_tasks.evaluation.images.artefacts.surfaces import LEAST, Mask, Plane, find_flats, luma
from rr_tasks.photographs.pixels import Bytes

_SHRINK = 4  # halos are wide: a quarter of the size shows them
_NEAR, _FAR = 8 // _SHRINK, 64 // _SHRINK
_STEP = 40.0  # levels of a strong edge
_EDGE_SIGMA = 1.0
_FLAT_PX = 5


def measure_halo(image: Bytes, reference: Bytes) -> float | None:
    """Measure the overshoot 8 to 64 pixels from strong edges, on smooth ground.

    What the best change of brightness and contrast of the whole photograph leaves of the error is
    limited to structures of 8 to 64 pixels (a difference of gaussians). Where it has the sign of
    the local contrast, as after unsharp masking, it overshoots. Its mean over 64 pixels counts
    where it is positive, so that noise and blocks, which have any sign, do not.

    Args:
        image: (H, W, 3) sRGB bytes.
        reference: the clean photograph, of the same shape.

    Returns:
        The mean overshoot in levels of luma; None if there is no smooth ground near strong edges.
    """
    seen, true = (_shrink(luma(picture)) for picture in (image, reference))
    slope, offset = np.polyfit(true.ravel(), seen.ravel(), 1) if np.ptp(true) else (1.0, 0.0)
    error = np.asarray(seen - slope * true - offset, np.float32)
    rim = (_blur(error, _NEAR) - _blur(error, _FAR)) * np.sign(true - _blur(true, _FAR))
    ground = _surround_edges(true) & find_flats(true, _FLAT_PX)
    if np.count_nonzero(ground) < LEAST // _SHRINK**2:
        return None
    window = (_FAR, _FAR)
    overshoot = cv2.blur(rim * ground, window)[ground]
    share = cv2.blur(ground.astype(np.float32), window)[ground]
    return float(np.maximum(overshoot / share, 0.0).mean())


def _surround_edges(plane: Plane) -> Mask:
    """Find what is 8 to 64 pixels from the next strong edge."""
    smooth = _blur(plane, _EDGE_SIGMA)
    across, down = (cv2.Sobel(smooth, cv2.CV_32F, dx, 1 - dx, scale=1 / 8) for dx in (1, 0))
    peak = _STEP / (_EDGE_SIGMA * np.sqrt(2 * np.pi))  # the gradient of a blurred step
    away = np.where(np.hypot(across, down) >= peak, 0, 255).astype(np.uint8)
    if away.all():
        return np.zeros(plane.shape, np.bool_)
    distance = cv2.distanceTransform(away, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return np.asarray((distance >= _NEAR) & (distance <= _FAR))


def _shrink(plane: Plane) -> Plane:
    height, width = plane.shape
    size = (max(1, width // _SHRINK), max(1, height // _SHRINK))
    return np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_AREA), np.float32)


def _blur(plane: Plane, sigma: float) -> Plane:
    return np.asarray(cv2.GaussianBlur(plane, (0, 0), sigma), np.float32)
