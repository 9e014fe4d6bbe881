"""The edge restorer: a flow in pixel space from the degraded photograph to the clean one."""

from typing import NamedTuple

import torch

from rr_tasks.restorer.network import CONDITION_LENGTH, RestorerNetwork
from rr_tasks.restorer.protocol import Source

TAU = 0.1
"""Spread of the source around the degraded image, in 0-1 intensity."""


class EdgeCondition(NamedTuple):
    """Degraded images (B, 3, H, W) in 0-1 and their conditions (B, `CONDITION_LENGTH`)."""

    degraded: torch.Tensor
    prior: torch.Tensor


class EdgeRestorer:
    """The network read as a flow: it predicts x0, and v = (x - x0) / t."""

    def __init__(self, network: RestorerNetwork) -> None:
        self.network = network

    def prepare(self, images: torch.Tensor, priors: torch.Tensor) -> EdgeCondition:
        """See `Restorer.prepare`; `priors` come from `known_prior` or `withheld_prior`."""
        return EdgeCondition(images, priors)

    def source(self, condition: EdgeCondition) -> Source:
        """The degraded image, with noise of standard deviation `TAU` around it."""
        return Source(condition.degraded, TAU)

    def velocity(self, x: torch.Tensor, t: torch.Tensor, condition: EdgeCondition) -> torch.Tensor:
        """(x - x0) / t with the predicted x0."""
        clean: torch.Tensor = self.network(x, condition.degraded, t, condition.prior)
        return (x - clean) / t[:, None, None, None]

    def decode(self, x0: torch.Tensor) -> torch.Tensor:
        """The flow runs in pixel space: only clip to 0-1."""
        return x0.clamp(0.0, 1.0)


def known_prior(vectors: torch.Tensor) -> torch.Tensor:
    """(B, `VECTOR_LENGTH`) prior vectors as conditions."""
    return torch.cat([vectors, torch.ones_like(vectors[:, :1])], 1)


def withheld_prior(count: int) -> torch.Tensor:
    """Conditions for `count` images without a diagnosis."""
    return torch.zeros(count, CONDITION_LENGTH)
