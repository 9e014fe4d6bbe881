"""What a network tells of itself, so that a weights file describes it whole."""

from collections.abc import Mapping
from typing import ClassVar

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
    """A network that can be built from its file alone.

    Attributes:
        name: what its files are said to hold.
        shape_type: the model of its shape.
        layout: names of the entries that it reads or writes as a vector, in order.
        unrecorded_layout: that of files from before layouts were recorded.
        laid_out: tensors with a row or column for each entry, and the axis along which they lie.
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
        """What `tensor` holds for an entry that its file does not know."""
        return 0.0
