"""What every restorer offers, so that sampling, training and evaluation are written once."""

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
    """What a restorer takes at once.

    Args:
        side: longest height or width, in pixels.
        multiple: heights and widths are multiples of this.
        overlap: pixels that neighbouring tiles of a photograph share at least.
        batch: how many tiles of one photograph are restored together.
    """

    side: int
    multiple: int
    overlap: int
    batch: int


class Restorer(Protocol[ConditionT]):
    """A conditional flow from a source to clean images; see `rr_tasks.restorer.flow`.

    It runs in a space of its own, (B, ...) of any rank, between `encode` and `decode`. Restoring
    may be asked for by several threads at once.
    """

    @property
    def device(self) -> torch.device:
        """Where images and points of the flow are expected."""

    @property
    def tile(self) -> Tile:
        """What may be restored at once."""

    @property
    def typical_error(self) -> float:
        """Mean squared error of x0, in the flow's space, that losses are measured against."""

    def trainable(self) -> nn.Module:
        """The network that learns: those of its parameters that require a gradient.

        All weights, or an adapter inside frozen ones.
        """

    def prepare(self, images: torch.Tensor, priors: Sequence[DiagnosticPrior | None]) -> ConditionT:
        """Build the condition of degraded images (B, 3, H, W) in 0-1 and their diagnoses.

        The restorer renders a prior as it needs it; None stands for a withheld one.
        """

    def encode(self, images: torch.Tensor) -> torch.Tensor:
        """Turn images (B, 3, H, W) in 0-1 into points of the flow, x0."""

    def decode(self, x0: torch.Tensor, condition: ConditionT) -> torch.Tensor:
        """Turn points of the flow back into images (B, 3, H, W) in 0-1."""

    def source(self, condition: ConditionT) -> Source:
        """Where the flow starts."""

    def velocity(self, x: torch.Tensor, t: torch.Tensor, condition: ConditionT) -> torch.Tensor:
        """The velocity v at points x, for times t (B,) in (0, 1]."""
