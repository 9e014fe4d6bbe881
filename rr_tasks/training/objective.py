"""What is learned: a network, and the loss that it minimizes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import torch
from torch import nn

BatchT = TypeVar("BatchT")
Losses = dict[str, torch.Tensor]
"""Named scalars, of which `loss` is minimised and the others are logged."""


@dataclass(frozen=True)
class Objective(Generic[BatchT]):
    """A network and its loss.

    Args:
        network: learns through the parameters that require a gradient.
        loss: takes a batch and a CPU generator that is seeded by step and process.
        idles: some of these parameters get no gradient, and processes must not wait for it.
    """

    network: nn.Module
    loss: Callable[[BatchT, torch.Generator], Losses]
    idles: bool = False
