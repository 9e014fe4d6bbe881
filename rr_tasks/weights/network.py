"""What a network says about itself, so that its weights file describes it completely."""

from collections.abc import Mapping
from typing import ClassVar

import torch
from torch import nn

from schemas.network import NetworkName, NetworkShape

UNRECORDED_FIELDS = (
    *("haze.present", "haze.severity", "haze.light_r", "haze.light_g", "haze.light_b"),
    *("haze.transmission", "haze.beta"),
    *("blur.present", "blur.severity", "blur.motion", "blur.defocus", "blur.gaussian"),
    *("blur.extent", "blur.cos2", "blur.sin2"),
    *("rain.present", "rain.severity", "rain.density", "rain.length", "rain.cos2", "rain.sin2"),
    "rain.opacity",
    *("noise.present", "noise.severity", "noise.sigma", "noise.gain"),
)
"""The fields of the prior's vector when weights files did not record them yet."""


class StoredNetwork(nn.Module):
    """Base class of networks that can be built from their file alone.

    Attributes:
        name: the name that its files carry.
        shape_type: the pydantic model of its shape.
        layout: names of the entries of the vector that it reads or writes, in order.
        unrecorded_layout: the layout of files that do not record one.
        laid_out: tensors with a row or column for each entry, and the axis of the entries.
    """

    name: ClassVar[NetworkName]
    shape_type: ClassVar[type[NetworkShape]]
    layout: ClassVar[tuple[str, ...]]
    unrecorded_layout: ClassVar[tuple[str, ...]]
    laid_out: ClassVar[Mapping[str, int]]

    def __init__(self, shape: NetworkShape) -> None:
        super().__init__()
        self.shape = shape

    def value_of_new(self, tensor: str, entry: str) -> float:
        """Return the value in `tensor` for an entry that the file lacks."""
        return 0.0

    def answer_known(self) -> dict[str, float]:
        """Return, by name, what the network makes of an input that never changes.

        Entries of the vector that are new do not change what was named before.
        """
        raise NotImplementedError


def draw_known(*shape: int) -> torch.Tensor:
    """Draw bytes that are the same on every machine: edges and slopes of many sizes, uint8."""
    count = torch.arange(torch.Size(shape).numel())
    return (64 + (count % 97 - 48).abs() + (count // 389 % 83)).to(torch.uint8).reshape(shape)
