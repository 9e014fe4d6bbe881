"""White noise by position, so that parts of a photograph that overlap start alike."""

from dataclasses import dataclass

import numpy as np
import torch

_BLOCK = 32
"""Rows and columns of tokens that are drawn together."""


@dataclass(frozen=True)
class NoiseField:
    """An endless plane of white noise, of which any area can be drawn.

    Args:
        seed: decides all of it.
        channels: numbers at each token.
    """

    seed: int
    channels: int

    def draw(self, top: int, left: int, height: int, width: int) -> torch.Tensor:
        """Draw an area of tokens, (height * width, channels), row by row."""
        rows = range(top // _BLOCK, (top + height - 1) // _BLOCK + 1)
        columns = range(left // _BLOCK, (left + width - 1) // _BLOCK + 1)
        blocks = [torch.cat([self._block(row, column) for column in columns], 1) for row in rows]
        first_row, first_column = top - rows.start * _BLOCK, left - columns.start * _BLOCK
        area = torch.cat(blocks)[first_row:, first_column:][:height, :width]
        return area.reshape(height * width, self.channels)

    def _block(self, row: int, column: int) -> torch.Tensor:
        (seed,) = np.random.SeedSequence((self.seed, row, column)).generate_state(1, np.uint64)
        generator = torch.Generator().manual_seed(int(seed))
        return torch.randn((_BLOCK, _BLOCK, self.channels), generator=generator)
