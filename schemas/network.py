"""Shapes of the edge networks, as weights files record them."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from schemas.base import Strict

NetworkName = Literal["edge-reasoner", "edge-restorer"]
ShippedName = NetworkName | Literal["edge-judge"]
"""Files of weights that come with the package; `edge-judge` is a second edge reasoner."""

Width = Annotated[int, Field(gt=0)]
Depth = Annotated[int, Field(ge=0)]


class NetworkShape(Strict):
    """Widths and depths of a network.

    Subclasses default to the shapes of files that do not record them, so these defaults never
    change.
    """


class ReasonerShape(NetworkShape):
    """The edge reasoner's shape.

    Attributes:
        widths: channels at a quarter, an eighth and a sixteenth of a view's resolution.
        hidden: width of the head.
        looks: number of learned weightings that pool its tokens.
        maps: whether it also estimates transmission maps, kernels and the noise of each channel,
            for which it sees the whole photograph and its sharpest part.
    """

    widths: tuple[Width, ...] = (48, 96, 192)
    hidden: Width = 384
    looks: Width = 8
    maps: bool = False


class RestorerShape(NetworkShape):
    """The edge restorer's shape.

    Attributes:
        width: channels at half resolution; they double at every further halving.
        encoder: blocks at the resolutions 1/2, 1/4 and so on.
        middle: blocks at half of the last of them.
        decoder: blocks at the same resolutions as in the encoder, in reverse order.
        embedding: length of the embedded condition.
        guides: whether it reads what physics makes of the photograph and its prior.
    """

    width: Width = 40
    encoder: tuple[Depth, ...] = (2, 2, 4)
    middle: Depth = 4
    decoder: tuple[Depth, ...] = (2, 2, 2)
    embedding: Width = 96
    guides: bool = False

    @model_validator(mode="after")
    def _check_depths(self) -> Self:
        if len(self.encoder) != len(self.decoder):
            raise ValueError("encoder and decoder must have the same number of resolutions")
        return self
