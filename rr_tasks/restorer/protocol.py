"""What every restorer offers, so that sampling, training and evaluation are written once.

All restorers are flow models with one definition: x_t = (1 - t) x0 + t x1, where x0 is clean and
x1 = mean + tau * n the source; they tell the velocity v = x1 - x0.
"""

from typing import NamedTuple, Protocol, TypeVar

import torch

ConditionT = TypeVar("ConditionT")


class Source(NamedTuple):
    """The distribution at t = 1: gaussian with this mean and standard deviation `tau`."""

    mean: torch.Tensor
    tau: float


class Restorer(Protocol[ConditionT]):
    """A conditional flow from a source to clean images."""

    def prepare(self, images: torch.Tensor, priors: torch.Tensor) -> ConditionT:
        """Build the condition from degraded images (B, 3, H, W) in 0-1 and rendered priors."""

    def source(self, condition: ConditionT) -> Source:
        """Where the flow starts."""

    def velocity(self, x: torch.Tensor, t: torch.Tensor, condition: ConditionT) -> torch.Tensor:
        """The velocity v at x, for times t of shape (B,) in (0, 1]."""

    def decode(self, x0: torch.Tensor) -> torch.Tensor:
        """Turn the flow's end point into images (B, 3, H, W) in 0-1."""
