"""Blur undone with the true kernel, by two classical methods of scikit-image."""

from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt
from skimage.restoration import richardson_lucy, wiener

from rr_tasks.degrade.light import CONVENTIONS
from rr_tasks.photographs.pixels import Bytes
from rr_tasks.restorer.deconvolution import draw_point_spread
from schemas.prior.blur import BlurParameters

Plane = npt.NDArray[np.float32]

_BALANCE = 0.01
_ITERATIONS = 10


def sharpen_by_wiener(image: Bytes, blur: BlurParameters | None) -> Bytes | None:
    """Apply scikit-image's Wiener filter, with balance 0.01 and its Laplacian, to each channel.

    Args:
        image: (H, W, 3) sRGB bytes.
        blur: the truth; the filter works on the values that it says were blurred.

    Returns:
        The sharpened photograph; None if the kernel is not known.
    """
    return _sharpen(image, blur, lambda plane, kernel: wiener(plane, kernel, _BALANCE))


def sharpen_by_richardson_lucy(image: Bytes, blur: BlurParameters | None) -> Bytes | None:
    """Apply scikit-image's Richardson-Lucy deconvolution, 10 iterations, to each channel.

    See `sharpen_by_wiener`.
    """
    return _sharpen(image, blur, lambda plane, kernel: richardson_lucy(plane, kernel, _ITERATIONS))


def _sharpen(
    image: Bytes, blur: BlurParameters | None, invert: Callable[[Plane, Plane], Plane]
) -> Bytes | None:
    if blur is None or blur.kernel is None:
        return None
    kernel = draw_point_spread(blur)
    margin = len(kernel)  # what the ends of the filter need not know
    border = cv2.copyMakeBorder(image, margin, margin, margin, margin, cv2.BORDER_REFLECT_101)
    convention = CONVENTIONS[blur.light]
    values = convention.read(border)
    sharp = np.dstack([invert(values[..., channel], kernel) for channel in range(3)])
    return convention.write(np.asarray(sharp[margin:-margin, margin:-margin], np.float32))
