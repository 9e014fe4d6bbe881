"""How much of the scene's light arrives in each part of a photograph."""

from typing import Annotated, Self

from pydantic import AfterValidator, Field

from schemas.base import Strict, Unit

MAP_SIDE = 16

_DECIMALS = 3

Transmission = Annotated[Unit, AfterValidator(lambda value: round(value, _DECIMALS))]
Row = Annotated[
    tuple[Transmission, ...], Field(strict=False, min_length=MAP_SIDE, max_length=MAP_SIDE)
]


class TransmissionMap(Strict):
    """The transmission of haze on a grid of 16 x 16 cells that covers the whole photograph.

    `rows` holds the means over the cells, 0-1, the top row first and each from left to right,
    rounded to 3 decimals; an array is passed as `values.tolist()`. Cells are as wide and as high as
    the photograph's sides divided by 16.

    Raises:
        ValidationError: the rows are not 16 of 16 values in 0-1.
    """

    rows: Annotated[tuple[Row, ...], Field(strict=False, min_length=MAP_SIDE, max_length=MAP_SIDE)]

    def mean(self) -> float:
        """Return the mean over the photograph."""
        return sum(map(sum, self.rows)) / MAP_SIDE**2

    def mirror(self) -> Self:
        """Return the map of the photograph mirrored left to right."""
        return self.model_copy(update={"rows": tuple(row[::-1] for row in self.rows)})
