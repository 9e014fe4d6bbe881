"""Cuts a photograph into overlapping tiles of one size and joins them without seams."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import product, starmap
from math import ceil

import numpy as np
import torch

from rr_tasks.photographs.pixels import Samples
from rr_tasks.restorer.protocol import Guides, Place


@dataclass(frozen=True)
class Axis:
    """How one side of a photograph is cut.

    Args:
        length: pixels of the side.
        longest: length of the longest tile allowed.
        overlap: the least number of pixels that neighbouring tiles share.
        multiple: every tile's length is a multiple of this.
        grid: every tile begins at a multiple of this, of which `longest`, `overlap` and `multiple`
            are multiples; the last tile may extend beyond the photograph.
    """

    length: int
    longest: int
    overlap: int
    multiple: int
    grid: int = 1

    @cached_property
    def reach(self) -> int:
        """Pixels from the first to where the last tile must end."""
        return ceil(self.length / self.grid) * self.grid

    @cached_property
    def count(self) -> int:
        """Number of tiles."""
        if self.reach <= self.longest:
            return 1
        return ceil((self.reach - self.overlap) / (self.longest - self.overlap))

    @cached_property
    def tile(self) -> int:
        """Length of every tile; a single tile may extend beyond the photograph."""
        shared = self.reach + (self.count - 1) * self.overlap
        return ceil(shared / self.count / self.multiple) * self.multiple

    @cached_property
    def starts(self) -> list[int]:
        """First pixel of each tile, evenly spread."""
        if self.count == 1:
            return [0]
        room = (self.reach - self.tile) // self.grid
        return [round(index * room / (self.count - 1)) * self.grid for index in range(self.count)]

    @cached_property
    def weights(self) -> torch.Tensor:
        """(count, tile): how much each tile counts at its pixels, adding up to 1 everywhere."""
        ramp = torch.arange(1, self.tile + 1, dtype=torch.float32)
        tent = torch.minimum(ramp, ramp.flip(0)).clamp(max=float(self.overlap))
        total = torch.zeros(max(self.reach, self.tile))
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
    grid: int = 1

    @cached_property
    def rows(self) -> Axis:
        """How the height is cut."""
        return Axis(self.height, self.longest, self.overlap, self.multiple, self.grid)

    @cached_property
    def columns(self) -> Axis:
        """How the width is cut."""
        return Axis(self.width, self.longest, self.overlap, self.multiple, self.grid)

    @property
    def places(self) -> Iterator[Place]:
        """Where the tiles begin, in the order of `cut`."""
        return starmap(Place, product(self.rows.starts, self.columns.starts))

    def cut(self, image: Samples | Guides) -> Iterator[Samples]:
        """Cut (H, W, C) pixels row by row; tiles that extend beyond the edge are mirrored."""
        height, width = self.rows.tile, self.columns.tile
        for top, left in self.places:
            tile = image[top : top + height, left : left + width]
            below, right = height - tile.shape[0], width - tile.shape[1]
            yield np.pad(tile, ((0, below), (0, right), (0, 0)), mode="symmetric")

    def join(self, tiles: Iterator[torch.Tensor]) -> Iterator[torch.Tensor]:
        """Blend tiles (3, h, w), in the order of `cut`, into strips of the image.

        Only one row of tiles is in memory. Each strip is overwritten when the next one is
        requested.

        Yields:
            (3, h, W): consecutive rows of the image from top to bottom, `height` rows in all.
        """
        rows, columns = self.rows, self.columns
        blended = torch.zeros(3, rows.tile, max(columns.reach, columns.tile))
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
