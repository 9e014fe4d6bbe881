"""Restores whole photographs of any size, tile by tile."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

import numpy as np
import torch

from rr_tasks.device import autocast
from rr_tasks.photographs.pixels import Bytes, Pixels
from rr_tasks.restorer.protocol import Place, Restorer
from rr_tasks.restorer.sampling import restore_parts
from rr_tasks.restorer.tiling import Tiling
from schemas.errors import ExpectedError
from schemas.prior.current import DiagnosticPrior


class NoNumbersError(ExpectedError, ArithmeticError):
    """A network computed something that is no number (NaN)."""


class PhotographRestorer:
    """Restores photographs along a trained flow; several threads may share it.

    Args:
        restorer: the flow, its network in evaluation mode.
        digest: SHA-256 of everything that decides its results, in hex: of the weights file, if
            nothing else does. Its first digits name it in folders and ledgers.
    """

    def __init__(self, restorer: Restorer[Any], digest: str) -> None:
        self.restorer, self.digest = restorer, digest

    def restore(self, pixels: Pixels, prior: DiagnosticPrior | None) -> Pixels:
        """Restore one photograph.

        Memory holds the photograph, its restoration and one row of tiles.

        Args:
            pixels: (H, W, 3), sRGB-coded, 8 or 16 bits.
            prior: its diagnosis; None withholds it.

        Returns:
            The restored photograph, of the same shape and type.

        Raises:
            NoNumbersError: the network computed something else than numbers.
        """
        height, width = pixels.shape[:2]
        tile = self.restorer.tile
        tiling = Tiling(height, width, tile.side, tile.overlap, tile.multiple, tile.grid)
        top = float(np.iinfo(pixels.dtype).max)
        out = np.empty_like(pixels, order="C")
        done = 0
        guides = self.restorer.survey(pixels, prior)
        tiles = zip(tiling.places, tiling.cut(pixels), tiling.cut(guides), strict=True)
        for strip in tiling.join(self._restore_tiles(tiles, prior)):
            if not strip.sum().isfinite():
                raise NoNumbersError(
                    "the restorer computes no numbers (NaN) for it; its weights may be damaged"
                )
            scaled = (strip * top).round_().clamp_(0, top).permute(1, 2, 0)
            out[done : done + len(scaled)] = scaled.numpy()
            done += len(scaled)
        return out

    def _restore_tiles(
        self, tiles: Iterator[tuple[Place, Pixels, Bytes]], prior: DiagnosticPrior | None
    ) -> Iterator[torch.Tensor]:
        """Restore tiles, which come with their places and guides."""
        restorer = self.restorer
        while batch := list(islice(tiles, restorer.tile.batch)):
            places, *arrays = zip(*batch, strict=True)
            images, guides = (_stack(array, restorer.device) for array in arrays)
            with torch.inference_mode(), autocast(restorer.device):
                condition = restorer.prepare(images, [prior] * len(batch), guides)
                restored = restore_parts(restorer, condition, places)
            yield from restored.float().cpu()


def _stack(images: Sequence[Pixels], device: torch.device) -> torch.Tensor:
    """Stack images (h, w, C) into (B, C, h, w), 0-1."""
    stacked = torch.from_numpy(np.stack(images).astype(np.float32))
    return stacked.to(device).permute(0, 3, 1, 2) / float(np.iinfo(images[0].dtype).max)
