"""The choices that an ablation compares."""

from collections.abc import Mapping
from typing import NamedTuple

import torch
from torch.utils.flop_counter import FlopCounterMode

from rr_tasks.restorer.edge import EdgeRestorer
from rr_tasks.restorer.guides import PLANES
from rr_tasks.restorer.network import RestorerNetwork, add_guides
from rr_tasks.training.flow import FlowBatch, flow_loss
from schemas.errors import ExpectedError
from schemas.network import RestorerShape

_PIXELS_PER_BATCH = 8 * 128**2

BASE = "base"


class OtherShapeError(ExpectedError, ValueError):
    """An arm cannot start from these weights."""


class Choice(NamedTuple):
    """A network and how it is trained."""

    width: int = 40
    guides: bool = True
    crop_side: int = 128
    spectral_weight: float = 0.0

    @property
    def batch_size(self) -> int:
        """Larger crops are fewer, as in progressive learning (Zamir et al. 2022)."""
        return max(1, _PIXELS_PER_BATCH // self.crop_side**2)

    def start_from(self, before: RestorerNetwork | None) -> RestorerNetwork:
        """Return the network to train: a new one, or an earlier one, if need be with guides.

        Raises:
            OtherShapeError: the earlier one reads guides already, or has another width.
        """
        if before is None:
            return RestorerNetwork(RestorerShape(width=self.width, guides=self.guides))
        if before.shape.guides:
            raise OtherShapeError("weights to start all arms from must not read guides yet")
        if before.shape.width != self.width:
            raise OtherShapeError(
                f"the weights to start from are {before.shape.width} wide, not {self.width}; "
                "name only --arms of their width, or start anew"
            )
        return add_guides(before) if self.guides else before


ARMS: Mapping[str, Choice] = {
    BASE: Choice(),
    "crops-192": Choice(crop_side=192),
    "crops-256": Choice(crop_side=256),
    "no-guides": Choice(guides=False),
    "spectrum": Choice(spectral_weight=0.3),
    "width-32": Choice(width=32),
    "width-48": Choice(width=48),
}


def count_operations(network: RestorerNetwork, choice: Choice) -> int:
    """Count the floating-point operations of a training step."""
    crop = torch.zeros(1, 3, choice.crop_side, choice.crop_side, dtype=torch.uint8)
    guides = crop[:, :1].expand(-1, PLANES * network.shape.guides, -1, -1)
    with FlopCounterMode(display=False) as counter:
        batch = FlowBatch(crop, crop, guides, (None,))
        loss = flow_loss(EdgeRestorer(network), batch, torch.Generator())["loss"]
        torch.autograd.backward(loss)
    return int(choice.batch_size * counter.get_total_flops())
