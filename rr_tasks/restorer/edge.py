"""The edge restorer: a flow in pixel space from the degraded photograph to the clean one."""

from collections.abc import Sequence
from typing import Self

import torch

from rr_tasks.photographs.pixels import Pixels, to_8_bits
from rr_tasks.restorer.flow import Isotropic, Source, velocity_towards
from rr_tasks.restorer.fused import FusedNetwork
from rr_tasks.restorer.guides import PhysicalGuides
from rr_tasks.restorer.network import CONDITION_LENGTH, EdgeCondition, RestorerNetwork
from rr_tasks.restorer.protocol import Guides, Place, Tile
from rr_tasks.restorer.sampling import ONE_STEP
from schemas.prior.current import DiagnosticPrior
from schemas.prior.vector import to_vector

TAU = 0.1
"""Spread of the source around the degraded image, in 0-1 intensity."""


class EdgeRestorer:
    """A small network read as a flow: it predicts x0, and v = (x - x0) / t."""

    typical_error = 3e-3

    def __init__(self, network: RestorerNetwork) -> None:
        self._network = network.to(memory_format=torch.channels_last)
        self._predict: RestorerNetwork | FusedNetwork = self._network
        # Larger batches gain nothing on a CPU and cost memory.
        self.tile = Tile(side=512, multiple=network.stride, overlap=32, batch=1)

    def fuse(self) -> Self:
        """Predict with `FusedNetwork`, which is faster on a CPU but ends training."""
        self._predict = FusedNetwork(self._network)
        return self

    @property
    def device(self) -> torch.device:
        """The network's device."""
        return self._network.leave.weight.device

    def trainable(self) -> RestorerNetwork:
        """Return the whole network."""
        return self._network

    def survey(self, photograph: Pixels, prior: DiagnosticPrior | None) -> Guides:
        """Undo by physics what the prior describes, if the network reads that."""
        if self._network.shape.guides:
            return PhysicalGuides(photograph, prior)
        return to_8_bits(photograph[..., :0])

    def prepare(
        self,
        images: torch.Tensor,
        priors: Sequence[DiagnosticPrior | None],
        guides: torch.Tensor,
    ) -> EdgeCondition:
        """Render each prior as its vector; see `Restorer.prepare`."""
        rendered = torch.tensor([_render(prior) for prior in priors], dtype=torch.float32)
        return EdgeCondition(images, rendered.to(images.device), guides)

    def encode(self, images: torch.Tensor) -> torch.Tensor:
        """Return the images themselves: the flow runs in pixel space."""
        return images

    def decode(self, x0: torch.Tensor, condition: EdgeCondition) -> torch.Tensor:
        """Clip to 0-1: the flow runs in pixel space."""
        return x0.clamp(0.0, 1.0)

    def source(self, condition: EdgeCondition) -> Source:
        """Start from the degraded image plus noise of standard deviation `TAU`."""
        return Source(condition.degraded, Isotropic(TAU))

    def begin(self, condition: EdgeCondition, places: Sequence[Place]) -> torch.Tensor:
        """Begin at the source's mean, from where one step has the least mean squared error."""
        return condition.degraded

    def times(self, condition: EdgeCondition) -> Sequence[float]:
        """Take one step."""
        return ONE_STEP

    def velocity(self, x: torch.Tensor, t: torch.Tensor, condition: EdgeCondition) -> torch.Tensor:
        """Point from the predicted x0 to x."""
        clean: torch.Tensor = self._predict(x, t, condition)
        return velocity_towards(clean, x, t)


def _render(prior: DiagnosticPrior | None) -> list[float]:
    """Render the prior as its vector and a 1, or a withheld prior as zeros."""
    return [0.0] * CONDITION_LENGTH if prior is None else [*to_vector(prior), 1.0]
