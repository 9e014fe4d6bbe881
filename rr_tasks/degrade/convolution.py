"""Filters images with point spreads of any size."""

from collections.abc import Sequence
from typing import NamedTuple

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


class Points(NamedTuple):
    """Points of light in a dark image, (N,) each; light at the same position adds up."""

    rows: npt.NDArray[np.int64]
    columns: npt.NDArray[np.int64]
    values: Field


def spread(image: Field, kernel: Field) -> Field:
    """Correlate every channel with a kernel; beyond the border the image is mirrored.

    The result equals that of `cv2.filter2D`, which transforms block by block and takes more than
    twice as long.

    Args:
        image: (H, W) or (H, W, C).
        kernel: square, with an odd side.
    """
    if kernel.shape[0] <= _DIRECT_SIDE:
        return np.asarray(cv2.filter2D(image, -1, kernel, borderType=cv2.BORDER_REFLECT_101))
    height, width = (_fast_length(length + len(kernel) - 1) for length in image.shape[:2])
    transfer = np.zeros((height, width), np.float32)
    transfer[: len(kernel), : len(kernel)] = kernel[::-1, ::-1]
    cv2.dft(transfer, dst=transfer)
    planes = np.empty((image[0, 0].size, *image.shape[:2]), np.float32)  # faster than split's own
    channels = cv2.split(image, list(planes))
    spread_channels = [_spread_channel(channel, kernel, transfer) for channel in channels]
    return np.asarray(cv2.merge(spread_channels), dtype=np.float32)


def spread_points(
    layers: Sequence[Points], kernels: Sequence[Field], shape: tuple[int, int]
) -> Field:
    """Sum layers of a few points, each spread by its own kernel as in `spread`.

    The time depends on the numbers of points and of non-zero kernel entries, not on that of pixels.

    Args:
        layers: points of an image of `shape`.
        kernels: one for each layer, square, with an odd side.
        shape: height and width of the image.
    """
    margin = len(max(kernels, key=len)) // 2
    height, width = (length + 4 * margin for length in shape)
    canvas = np.zeros(height * width, np.float32)
    for points, kernel in zip(layers, kernels, strict=True):
        rows, columns, values = _add_reflections(points, shape, len(kernel) // 2)
        places = (rows + 2 * margin) * width + columns + 2 * margin
        rows, columns = (axis - len(kernel) // 2 for axis in np.nonzero(kernel))
        shifts, weights = rows * width + columns, kernel[kernel != 0]
        at_once = max(1, _ADDITIONS // max(1, len(places)))
        for first in range(0, len(shifts), at_once):
            some = np.s_[first : first + at_once, None]
            np.add.at(canvas, (places - shifts[some]).ravel(), (values * weights[some]).ravel())
    inside = slice(2 * margin, -2 * margin or None)
    return np.ascontiguousarray(canvas.reshape(height, width)[inside, inside])


def _add_reflections(points: Points, shape: tuple[int, int], reach: int) -> Points:
    """Add the points' mirror images that lie up to `reach` pixels beyond the border."""
    who, rows = _reflections(points.rows, shape[0], reach)
    points = Points(rows, points.columns[who], points.values[who])
    who, columns = _reflections(points.columns, shape[1], reach)
    return Points(points.rows[who], columns, points.values[who])


def _reflections(
    places: npt.NDArray[np.int64], length: int, reach: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the indices of positions along one axis, and where they or their mirror images lie."""
    period = 2 * (length - 1)
    # The outermost are their own mirror images.
    inner = np.flatnonzero((places > 0) & (places < length - 1))
    everyone = np.concatenate([np.arange(len(places)), inner])
    turns = period * np.arange(-(reach // period) - 1, reach // period + 2)
    moved = np.concatenate([places, -places[inner]])[:, None] + turns
    who, turn = np.nonzero((moved >= -reach) & (moved < length + reach))
    return everyone[who], moved[who, turn]


def _filter_spectrum(spectrum: Field, transfer: Field) -> None:
    """Multiply in place: `cv2.mulSpectrums` in a third of the time.

    Both are packed as by `cv2.dft` for real images of even width: all columns but the outermost two
    hold complex numbers in rows; each of those two is the packed transform of a column.
    """
    inner = spectrum[:, 1:-1].view(np.complex64)
    inner *= transfer[:, 1:-1].view(np.complex64)
    ends = [0, -1]
    outer = np.ascontiguousarray(spectrum[:, ends].T)
    cv2.mulSpectrums(outer, np.ascontiguousarray(transfer[:, ends].T), cv2.DFT_ROWS, c=outer)
    spectrum[:, ends] = outer.T


def _fast_length(shortest: int) -> int:
    """Round up to a length with many factors of 2, which OpenCV transforms fastest."""
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
    _filter_spectrum(field, transfer)
    cv2.idft(field, dst=field, flags=cv2.DFT_SCALE | cv2.DFT_REAL_OUTPUT)
    return np.asarray(field[2 * before :, 2 * before :][:height, :width])
