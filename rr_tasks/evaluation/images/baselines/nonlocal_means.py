"""Noise averaged away over similar patches."""

import cv2
import numpy as np
import numpy.typing as npt

from rr_tasks.photographs.pixels import Bytes

_PATCH_PX, _SEARCH_PX = 7, 21
_LAPLACIAN = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)


def denoise(image: Bytes) -> Bytes:
    """Apply OpenCV's non-local means for colour photographs to (H, W, 3) sRGB bytes.

    Its strength is the noise that is found, in levels; patches are 7 x 7 pixels and searched for in
    21 x 21. A. Buades, B. Coll and J.-M. Morel, Non-local means denoising, IPOL 1, 2011.
    """
    strength = max(1.0, estimate_noise(image))
    swapped = cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
    calm = cv2.fastNlMeansDenoisingColored(swapped, None, strength, strength, _PATCH_PX, _SEARCH_PX)
    return np.asarray(cv2.cvtColor(calm, cv2.COLOR_BGR2RGB), np.uint8)


def estimate_noise(image: Bytes) -> float:
    """Estimate the standard deviation of noise in levels, as the median over the photograph.

    J. Immerkaer, Fast noise variance estimation, 1996, with the median absolute deviation in place
    of the mean, so that edges do not count.
    """
    planes = image.astype(np.float32)
    response: npt.NDArray[np.float32] = cv2.filter2D(planes, -1, _LAPLACIAN)
    return float(np.median(np.abs(response)) / 0.6745 / np.sqrt((_LAPLACIAN**2).sum()))
