"""Filters images with point spreads of any size."""

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

Field = npt.NDArray[np.float32]

# Up to here a direct sum is faster than a transform of the whole image.
_DIRECT_SIDE = 11
# Additions that are prepared at a time; more take memory and gain no time.
_ADDITIONS = 1 << 15
# Every length without a larger factor divides it.
_ONLY_SMALL_FACTORS = (2 * 3 * 5 * 7 * 11) ** 16


def spread(image: Field, kernel: Field) -> Field:
    """Correlate every channel with a kernel; beyond the border the image is mirrored.

    The sum is the same as `cv2.filter2D`'s, which transforms block by block and takes more than
    twice as long.

    Args:
        image: (H, W) or (H, W, C).
        kernel: square, of an odd side.
    """
    if kernel.shape[0] <= _DIRECT_SIDE:
        return np.asarray(cv2.filter2D(image, -1, kernel, borderType=cv2.BORDER_REFLECT_101))
    height, width = (_fast_length(length + len(kernel) - 1) for length in image.shape[:2])
    transfer = np.zeros((height, width), np.float32)
    transfer[: len(kernel), : len(kernel)] = kernel
    cv2.dft(transfer, dst=transfer)
    planes = np.empty((image[0, 0].size, *image.shape[:2]), np.float32)  # faster than split's own
    channels = cv2.split(image, list(planes))
    spread_channels = [_spread_channel(channel, kernel, transfer) for channel in channels]
    return np.asarray(cv2.merge(spread_channels), dtype=np.float32)


def spread_points(maps: Sequence[Field], kernels: Sequence[Field]) -> Field:
    """The sum of maps (H, W) of a few points, each spread by its own kernel as by `spread`.

    Takes time for each point and each part of its kernel that is not 0, instead of for each pixel.
    """
    margin = len(max(kernels, key=len))
    height, width = (length + 2 * margin for length in maps[0].shape)
    canvas = np.zeros(height * width, np.float32)
    for points, kernel in zip(maps, kernels, strict=True):
        around = (len(kernel) // 2,) * 4
        mirrored = cv2.copyMakeBorder(points, *around, cv2.BORDER_REFLECT_101)
        rows, columns = np.unravel_index(np.flatnonzero(mirrored != 0), mirrored.shape)
        places, values = (rows + margin) * width + columns + margin, mirrored[rows, columns]
        rows, columns = np.nonzero(kernel)
        shifts, weights = rows * width + columns, kernel[rows, columns]
        at_once = max(1, _ADDITIONS // max(1, len(places)))
        for first in range(0, len(shifts), at_once):
            some = np.s_[first : first + at_once, None]
            np.add.at(canvas, (places - shifts[some]).ravel(), (values * weights[some]).ravel())
    inner = canvas.reshape(height, width)[margin:-margin, margin:-margin]
    return np.ascontiguousarray(inner)


def _fast_length(shortest: int) -> int:
    """Of the lengths that OpenCV transforms fast, those with many factors of 2 are the fastest."""
    sixteenth = -(-shortest // 16)
    while _ONLY_SMALL_FACTORS % sixteenth:
        sixteenth += 1
    return 16 * sixteenth


def _spread_channel(channel: Field, kernel: Field, transfer: Field) -> Field:
    before = len(kernel) // 2
    height, width = channel.shape
    below, right = transfer.shape[0] - height - before, transfer.shape[1] - width - before
    border = cv2.BORDER_REFLECT_101
    field = cv2.copyMakeBorder(channel, before, below, before, right, border)
    cv2.dft(field, dst=field)
    cv2.mulSpectrums(field, transfer, 0, c=field, conjB=True)
    cv2.idft(field, dst=field, flags=cv2.DFT_SCALE | cv2.DFT_REAL_OUTPUT)
    return np.asarray(field[:height, :width])
