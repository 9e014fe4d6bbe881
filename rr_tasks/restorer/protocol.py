"""What every restorer provides, so that sampling, training and evaluation are written once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import torch
from torch import nn

from rr_tasks.restorer.flow import Source
from schemas.prior.current import DiagnosticPrior

ConditionT = TypeVar("ConditionT")


@dataclass(frozen=True)
class Tile:
    """What a restorer can process at once.

    Args:
        side: longest height or width, in pixels.
        multiple: heights and widths are multiples of this.
        overlap: the least number of pixels that neighbouring tiles share.
        batch: how many tiles of one photograph are restored together.
    """

    side: int
    multiple: int
    overlap: int
    batch: int


class Restorer(Protocol[ConditionT]):
    """A conditional flow from a source to clean images; see `rr_tasks.restorer.flow`.

    It runs in its own space, (B, ...) of any rank, between `encode` and `decode`. Several threads
    may restore at once.
    """

    @property
    def device(self) -> torch.device:
        """The device on which images and points of the flow are expected."""

    @property
    def tile(self) -> Tile:
        """The size and number of tiles to restore at once."""

    @property
    def typical_error(self) -> float:
        """The mean squared error of x0, in the flow's space, against which losses are measured."""

    def trainable(self) -> nn.Module:
        """Return the network that learns, through the parameters that require a gradient.

        These are all weights, or an adapter within frozen ones.
        """

    def prepare(self, images: torch.Tensor, priors: Sequence[DiagnosticPrior | None]) -> ConditionT:
        """Build the condition of degraded images (B, 3, H, W) in 0-1 and their diagnoses.

        The restorer renders each prior in its own way; None stands for a withheld one.
        """

    def encode(self, images: torch.Tensor) -> torch.Tensor:
        """Turn images (B, 3, H, W) in 0-1 into points of the flow, x0."""

    def decode(self, x0: torch.Tensor, condition: ConditionT) -> torch.Tensor:
        """Turn points of the flow back into images (B, 3, H, W) in 0-1."""

    def source(self, condition: ConditionT) -> Source:
        """Return where the flow starts."""

    def velocity(self, x: torch.Tensor, t: torch.Tensor, condition: ConditionT) -> torch.Tensor:
        """Return the velocity v at points x, for times t (B,) in (0, 1]."""
