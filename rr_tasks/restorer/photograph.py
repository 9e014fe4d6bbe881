"""Restores whole photographs of any size with the edge restorer, tile by tile."""

from collections.abc import Iterator
from typing import Self

import numpy as np
import numpy.typing as npt
import torch

from rr_tasks import weights
from rr_tasks.precision import autocast
from rr_tasks.restorer.edge import EdgeRestorer, known_prior
from rr_tasks.restorer.network import STRIDE, RestorerNetwork
from rr_tasks.restorer.sampling import regress
from rr_tasks.restorer.tiling import Tiling
from rr_tasks.weights import WeightsName
from schemas.prior.current import DiagnosticPrior
from schemas.prior.vector import to_vector

Pixels = npt.NDArray[np.uint8] | npt.NDArray[np.uint16]

NAME: WeightsName = "edge-restorer"


class PhotographRestorer:
    """Restores photographs with a trained network.

    Args:
        network: trained weights in evaluation mode; an attribute, too.
        weights_sha256: what identifies them.
    """

    def __init__(self, network: RestorerNetwork, weights_sha256: str) -> None:
        network = network.to(memory_format=torch.channels_last)
        self.network, self.weights_sha256 = network, weights_sha256
        self._flow = EdgeRestorer(network)

    @classmethod
    def load(cls, url: str | None = None) -> Self:
        """Load weights, by default the shipped ones.

        Raises:
            UnusableWeightsError: see `rr_tasks.weights.load`.
        """
        url = url or weights.shipped(NAME)
        return cls(weights.load(RestorerNetwork(), url, NAME), weights.digest(url))

    def restore(self, pixels: Pixels, prior: DiagnosticPrior) -> Pixels:
        """Restore one photograph.

        Besides the photograph and its restoration, one row of tiles is in memory.

        Args:
            pixels: (H, W, 3), sRGB-coded, 8 or 16 bits.
            prior: its diagnosis.

        Returns:
            The restored photograph, of the same shape and type.
        """
        tiling = Tiling(pixels.shape[0], pixels.shape[1], multiple=STRIDE)
        vector = known_prior(torch.tensor([to_vector(prior)], dtype=torch.float32))
        top = float(np.iinfo(pixels.dtype).max)
        out = np.empty_like(pixels, order="C")
        done = 0
        for strip in tiling.join(self._restore_tiles(tiling.cut(pixels), top, vector)):
            scaled = (strip * top).round_().clamp_(0, top).permute(1, 2, 0)
            out[done : done + len(scaled)] = scaled.numpy()
            done += len(scaled)
        return out

    def _restore_tiles(
        self, tiles: Iterator[Pixels], top: float, vector: torch.Tensor
    ) -> Iterator[torch.Tensor]:
        for tile in tiles:  # larger batches gain nothing on a CPU and cost memory
            image = torch.from_numpy(tile.astype(np.float32)).permute(2, 0, 1) / top
            condition = self._flow.prepare(image[None], vector)
            with torch.inference_mode(), autocast():
                yield regress(self._flow, condition)[0]
