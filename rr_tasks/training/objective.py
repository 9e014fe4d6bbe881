"""What is learned: a network, and the loss that it is to make small."""

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
        network: what learns; those of its parameters that require a gradient.
        loss: takes a batch and a generator of the CPU that is seeded by step and process.
    """

    network: nn.Module
    loss: Callable[[BatchT, torch.Generator], Losses]
