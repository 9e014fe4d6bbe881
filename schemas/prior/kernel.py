"""The point spread of a blur, as an image."""

from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from schemas.base import Strict, Unit

KERNEL_SIDE = 33
"""The most cells along a side."""

KERNEL_DECIMALS = 4

Weight = Annotated[Unit, AfterValidator(lambda value: round(value, KERNEL_DECIMALS))]
Row = Annotated[tuple[Weight, ...], Field(strict=False, min_length=1, max_length=KERNEL_SIDE)]


class Kernel(Strict):
    """What a single bright point of the scene becomes, x to the right and y downwards.

    `rows` is a square of an odd number of cells, 33 x 33 at most, the top row first; the point lies
    in the central cell. Weights are not negative, rounded to 4 decimals, and add up to 1 but for
    the rounding; an array is passed as `weights.tolist()`. `cell_px` is the side of a cell in
    pixels of the photograph.

    Raises:
        ValidationError: the rows are no such square, or do not add up to 1.
    """

    rows: Annotated[tuple[Row, ...], Field(strict=False, min_length=1, max_length=KERNEL_SIDE)]
    cell_px: Annotated[float, Field(gt=0.0)]

    @model_validator(mode="after")
    def _check_rows(self) -> Self:
        side, widths = len(self.rows), sorted({len(row) for row in self.rows})
        if side % 2 == 0 or widths != [side]:
            raise ValueError(f"a kernel is an odd square, not {side} rows of {widths} cells")
        total = sum(map(sum, self.rows))
        if abs(total - 1.0) > 0.51 * side**2 * 10**-KERNEL_DECIMALS:
            raise ValueError(f"the weights of a kernel add up to 1, not to {total:.4f}")
        return self

    def mirror(self) -> Self:
        """Return the kernel of the photograph mirrored left to right."""
        return self.model_copy(update={"rows": tuple(row[::-1] for row in self.rows)})
