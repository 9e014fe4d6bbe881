"""What every restorer provides, so that sampling, training and evaluation are written once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol, TypeVar

import torch
from torch import nn

from rr_tasks.photographs.pixels import Bytes, Pixels
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
        grid: every tile begins at a multiple of this, in pixels, so that what is defined on a
            coarser grid agrees where tiles overlap.
    """

    side: int
    multiple: int
    overlap: int
    batch: int
    grid: int = 1


class Place(NamedTuple):
    """Where a part of a photograph begins: its first row and column, in pixels."""

    top: int
    left: int


class Guides(Protocol):
    """What a restorer works out from a whole photograph: planes beside its pixels.

    They are made for each area when it is asked for, so that a large photograph takes little
    memory, and agree where areas overlap. An array of (H, W, G) bytes will do.
    """

    def __getitem__(self, area: tuple[slice, slice]) -> Bytes:
        """Return the planes of an area of rows and columns, (h, w, G); G may be 0."""


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

    def survey(self, photograph: Pixels, prior: DiagnosticPrior | None) -> Guides:
        """Work out what parts of a photograph, (H, W, 3), need to know of the whole.

        A restorer that needs nothing returns no planes at all.
        """

    def prepare(
        self,
        images: torch.Tensor,
        priors: Sequence[DiagnosticPrior | None],
        guides: torch.Tensor,
    ) -> ConditionT:
        """Build the condition of parts of degraded photographs.

        Args:
            images: (B, 3, H, W) in 0-1.
            priors: the diagnosis of each, which the restorer renders in its own way; None stands
                for a withheld one.
            guides: (B, G, H, W) in 0-1, from `survey`.
        """

    def encode(self, images: torch.Tensor) -> torch.Tensor:
        """Turn images (B, 3, H, W) in 0-1 into points of the flow, x0."""

    def decode(self, x0: torch.Tensor, condition: ConditionT) -> torch.Tensor:
        """Turn points of the flow back into images (B, 3, H, W) in 0-1."""

    def source(self, condition: ConditionT) -> Source:
        """Return where the flow starts."""

    def begin(self, condition: ConditionT, places: Sequence[Place]) -> torch.Tensor:
        """Return the points at t = 1, (B, ...), from which parts of a photograph are restored.

        They agree where parts overlap, so that tiles join without seams.

        Args:
            condition: of each part.
            places: where each part lies in its photograph.
        """

    def times(self, condition: ConditionT) -> Sequence[float]:
        """Return the times to stop at on the way from 1 to 0, both included."""

    def velocity(self, x: torch.Tensor, t: torch.Tensor, condition: ConditionT) -> torch.Tensor:
        """Return the velocity v at points x, for times t (B,) in (0, 1]."""
