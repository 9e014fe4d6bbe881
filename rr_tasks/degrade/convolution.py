"""Filters images with point spreads of any size."""

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

Field = npt.NDArray[np.float32]

# Up to here a direct sum is faster than a transform of the whole image.
_DIRECT_SIDE = 11


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
    size = _transform_size(image, kernel)
    mirrored, transfer = _mirrored(image, kernel, size), _transfer(kernel, size)
    channels = [_back(_product(channel, transfer), image) for channel in cv2.split(mirrored)]
    return np.asarray(cv2.merge(channels), dtype=np.float32)


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
        for row, column in np.argwhere(kernel):
            np.add.at(canvas, places - (row * width + column), values * kernel[row, column])
    inner = canvas.reshape(height, width)[margin:-margin, margin:-margin]
    return np.ascontiguousarray(inner)


def _transform_size(image: Field, kernel: Field) -> tuple[int, int]:
    height, width = (length + len(kernel) - 1 for length in image.shape[:2])
    return _fast_length(height), _fast_length(width)


def _fast_length(shortest: int) -> int:
    """Of the lengths that OpenCV calls optimal, those with many factors of 2 are much faster."""
    length = cv2.getOptimalDFTSize(shortest)
    while length % 16:
        length = cv2.getOptimalDFTSize(length + 1)
    return int(length)


def _mirrored(image: Field, kernel: Field, size: tuple[int, int]) -> Field:
    before = len(kernel) // 2
    below, right = (whole - part - before for whole, part in zip(size, image.shape, strict=False))
    border = cv2.BORDER_REFLECT_101
    return np.asarray(cv2.copyMakeBorder(image, before, below, before, right, border))


def _transfer(kernel: Field, size: tuple[int, int]) -> Field:
    padded = np.zeros(size, np.float32)
    padded[: len(kernel), : len(kernel)] = kernel
    return np.asarray(cv2.dft(padded))


def _product(channel: Field, transfer: Field) -> Field:
    return np.asarray(cv2.mulSpectrums(cv2.dft(channel), transfer, 0, conjB=True))


def _back(spectrum: Field, like: Field) -> Field:
    field = cv2.idft(spectrum, flags=cv2.DFT_SCALE | cv2.DFT_REAL_OUTPUT)
    return np.asarray(field[: like.shape[0], : like.shape[1]])
