"""Cuts a photograph into overlapping tiles of one size and joins them without seams."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from math import ceil

import numpy as np
import torch

from rr_tasks.photographs.pixels import Samples
from rr_tasks.restorer.protocol import Guides


@dataclass(frozen=True)
class Axis:
    """How one side of a photograph is cut.

    Args:
        length: pixels of the side.
        longest: length of the longest tile allowed.
        overlap: the least number of pixels that neighbouring tiles share.
        multiple: every tile's length is a multiple of this.
    """

    length: int
    longest: int
    overlap: int
    multiple: int

    @cached_property
    def count(self) -> int:
        """Number of tiles."""
        if self.length <= self.longest:
            return 1
        return ceil((self.length - self.overlap) / (self.longest - self.overlap))

    @cached_property
    def tile(self) -> int:
        """Length of every tile; a single tile may extend beyond the photograph."""
        shared = self.length + (self.count - 1) * self.overlap
        return ceil(shared / self.count / self.multiple) * self.multiple

    @cached_property
    def starts(self) -> list[int]:
        """First pixel of each tile, evenly spread."""
        if self.count == 1:
            return [0]
        room = self.length - self.tile
        return [round(index * room / (self.count - 1)) for index in range(self.count)]

    @cached_property
    def weights(self) -> torch.Tensor:
        """(count, tile): how much each tile counts at its pixels, adding up to 1 everywhere."""
        ramp = torch.arange(1, self.tile + 1, dtype=torch.float32)
        tent = torch.minimum(ramp, ramp.flip(0)).clamp(max=float(self.overlap))
        total = torch.zeros(max(self.length, self.tile))
        for start in self.starts:
            total[start : start + self.tile] += tent
        return torch.stack([tent / total[start : start + self.tile] for start in self.starts])


@dataclass(frozen=True)
class Tiling:
    """The tiles of a photograph of a given height and width.

    All tiles have the same size, at most `longest` (a multiple of `multiple`) on a side, so that
    they can be batched.
    """

    height: int
    width: int
    longest: int = 512
    overlap: int = 32
    multiple: int = 16

    @cached_property
    def rows(self) -> Axis:
        """How the height is cut."""
        return Axis(self.height, self.longest, self.overlap, self.multiple)

    @cached_property
    def columns(self) -> Axis:
        """How the width is cut."""
        return Axis(self.width, self.longest, self.overlap, self.multiple)

    def cut(self, image: Samples | Guides) -> Iterator[Samples]:
        """Cut (H, W, C) pixels row by row; tiles that extend beyond the edge are mirrored."""
        below = max(0, self.rows.tile - self.height)
        right = max(0, self.columns.tile - self.width)
        for top in self.rows.starts:
            for left in self.columns.starts:
                tile = image[top : top + self.rows.tile, left : left + self.columns.tile]
                yield np.pad(tile, ((0, below), (0, right), (0, 0)), mode="symmetric")

    def join(self, tiles: Iterator[torch.Tensor]) -> Iterator[torch.Tensor]:
        """Blend tiles (3, h, w), in the order of `cut`, into strips of the image.

        Only one row of tiles is in memory. Each strip is overwritten when the next one is
        requested.

        Yields:
            (3, h, W): consecutive rows of the image from top to bottom, `height` rows in all.
        """
        rows, columns = self.rows, self.columns
        blended = torch.zeros(3, rows.tile, max(self.width, columns.tile))
        ends = [*rows.starts[1:], self.height]
        for top, end, row_weight in zip(rows.starts, ends, rows.weights, strict=True):
            for left, column_weight in zip(columns.starts, columns.weights, strict=True):
                area = blended[:, :, left : left + columns.tile]
                area += next(tiles) * row_weight[:, None] * column_weight
            done = end - top
            yield blended[:, :done, : self.width]
            kept = rows.tile - done
            blended[:, :kept] = blended[:, done:].clone()
            blended[:, kept:] = 0.0
