"""The blur of a whole photograph undone, any part at a time.

A kernel whose cells are wider than pixels is used in a smaller photograph with pixels of this size,
and the change is enlarged: kernels drawn in pixels would be softer than they are, which sharpens
too much, and their inverse would reach as far as several tiles. Of wide blurs without a kernel,
what is finer than a small part of their extent is lost anyway.
"""

from collections.abc import Sequence

import cv2
import numpy as np

from rr_tasks.degrade.color import Values
from rr_tasks.degrade.point_spread import stretch_kernel
from rr_tasks.photographs.pixels import Bytes, Pixels, to_8_bits
from rr_tasks.restorer.cells import weigh_cells
from rr_tasks.restorer.deconvolution import Deconvolution
from schemas.prior.blur import BlurParameters

_WIDE_PX = 32
"""A blur without a kernel of twice this extent is undone in a photograph of half the size."""


class Sharpening:
    """Undoes one blur in any part of a photograph.

    Args:
        photograph: (H, W, 3), all of it; kept, not copied.
        blur: its parameters.
        noise: standard deviation of its noise at mid grey, 0-1.

    Attributes:
        convention: in which light the blur is undone.
    """

    def __init__(self, photograph: Pixels, blur: BlurParameters, noise: float) -> None:
        times = _choose_scale(blur)
        self._photograph = photograph
        self._sharpen = Deconvolution(_shrink(blur, times), noise / times)
        self.convention = self._sharpen.convention
        self._change = None if times == 1.0 else self._change_small(times)

    def __call__(self, part: Bytes, top: int, left: int) -> Values:
        """Return (h, w, 3) sharper values in the blur's light, 0-1, which are not rounded.

        Args:
            part: (h, w, 3) bytes of the photograph.
            top: its first row.
            left: its first column.
        """
        if self._change is None:
            sharp = self._sharpen_part(part.shape, top, left)
        else:
            rows, columns = (
                weigh_cells(first, count, length, cells)
                for first, count, length, cells in zip(
                    (top, left),
                    part.shape,
                    self._photograph.shape,
                    self._change[0].shape,
                    strict=False,
                )
            )
            seen, across = np.flatnonzero(rows.any(0)), np.flatnonzero(columns.any(0))
            rows, columns, area = rows[:, seen], columns[:, across], np.ix_(seen, across)
            change = [rows @ channel[area] @ columns.T for channel in self._change]
            sharp = self.convention.read(part) + cv2.merge(change)
        return np.clip(sharp, 0.0, 1.0)

    def _sharpen_part(self, shape: tuple[int, ...], top: int, left: int) -> Values:
        (height, width, _), margin = shape, self._sharpen.margin
        first_row, first_column = max(0, top - margin), max(0, left - margin)
        wide = self._photograph[
            first_row : top + height + margin, first_column : left + width + margin
        ]
        sharp = self._sharpen(to_8_bits(wide))
        return sharp[top - first_row :, left - first_column :][:height, :width]

    def _change_small(self, times: float) -> Sequence[Values]:
        """Return by how much sharpening changes each channel of the smaller photograph."""
        height, width = (max(1, round(length / times)) for length in self._photograph.shape[:2])
        size = (width, height)
        small = to_8_bits(cv2.resize(self._photograph, size, interpolation=cv2.INTER_AREA))
        return cv2.split(self._sharpen(small) - self.convention.read(small))


def _choose_scale(blur: BlurParameters) -> float:
    """Return how many times as large the photograph is as the one in which it is sharpened."""
    if blur.kernel is None:
        return max(1.0, blur.extent_px // _WIDE_PX)
    return max(1.0, blur.kernel.cell_px)


def _shrink(blur: BlurParameters, times: float) -> BlurParameters:
    kernel = blur.kernel and stretch_kernel(blur.kernel, 1 / times)
    return blur.model_copy(update={"extent_px": blur.extent_px / times, "kernel": kernel})
