"""How a vision-language model writes a number of a prior: in which range, with how many digits."""

from collections.abc import Callable
from typing import Any, NamedTuple

Length = Callable[[float, int], str]
"""Says a length, given in pixels, to a number of decimals."""

PER_MILLE = 1000.0


class Number(NamedTuple):
    """A number between `low` and `high`, both included, with at most so many decimals."""

    low: float
    high: float
    decimals: int

    def round(self, value: float) -> float:
        """Return the nearest such number, an integer if it has no decimals."""
        nearest = round(value, self.decimals) if self.decimals else round(value)
        return min(max(nearest, self.low), self.high)

    def schema(self) -> dict[str, Any]:
        """Return its JSON Schema, which bounds it but cannot count decimals."""
        kind = "number" if self.decimals else "integer"
        return {"type": kind, "minimum": self.low, "maximum": self.high}


SHARE = Number(0, 1, 2)
ANGLE = Number(0, 179, 0)
LENGTH = Number(0.1, 999, 1)
"""In thousandths of the photograph's short side."""


def say_in_pixels(length_px: float, decimals: int) -> str:
    """Say a length in pixels of the photograph."""
    return f"{length_px:.{decimals}f} px"


def say_per_mille(short_side: int) -> Length:
    """Return what says lengths in thousandths of this short side, however many decimals are due."""
    return lambda length_px, _: (
        f"{LENGTH.round(length_px * PER_MILLE / short_side)} per mille of the short side"
    )
