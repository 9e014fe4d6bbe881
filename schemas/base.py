"""The base of every model that is written to disk or accepted from a user."""

from typing import Annotated, Any, Protocol, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Unit = Annotated[float, Field(ge=0.0, le=1.0)]
Rgb = tuple[Unit, Unit, Unit]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Uniform(Protocol):
    """A generator of random numbers, such as `numpy.random.Generator`."""

    def uniform(self, low: float, high: float, /) -> Any:
        """Draw a number uniformly from `low` to `high`."""


class Strict(BaseModel):
    """An immutable model that refuses unknown fields, coercions, NaN and infinity.

    Its errors do not show what was given, which may be a secret.
    """

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        allow_inf_nan=False,
        hide_input_in_errors=True,
    )


class Range(Strict):
    """A closed interval from which a value is drawn uniformly."""

    low: float
    high: float

    @model_validator(mode="after")
    def _check_order(self) -> Self:
        if self.low > self.high:
            raise ValueError(f"low ({self.low}) must not exceed high ({self.high})")
        return self

    def draw(self, rng: Uniform) -> float:
        """Draw a value uniformly from the interval."""
        return float(rng.uniform(self.low, self.high))

    def at(self, share: float) -> float:
        """Return the value at a share of the way from `low` to `high`."""
        return self.low + (self.high - self.low) * share
