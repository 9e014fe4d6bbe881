"""Sensor noise, as a prior describes it."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Self

from pydantic import Field
from typing_extensions import override

from schemas.prior.degradation import Degradation, Stage
from schemas.prior.finding import Finding

SIGMA_SCALE = 0.2
GAIN_SCALE = 0.2


class NoiseParameters(Degradation):
    """Poisson-Gaussian noise in linear light: variance = gain * intensity + sigma**2 (0-1)."""

    name: ClassVar[str] = "noise"
    stage: ClassVar[Stage] = Stage.SENSOR
    evidence: ClassVar[str] = "Flat areas are grainy"
    counterevidence: ClassVar[str] = "Flat areas are smooth"
    entry_names: ClassVar[tuple[str, ...]] = ("sigma", "gain")

    sigma: Annotated[float, Field(ge=0.0)]
    gain: Annotated[float, Field(ge=0.0)]

    @override
    def entries(self) -> list[float]:
        return [self.sigma / SIGMA_SCALE, self.gain / GAIN_SCALE]

    @classmethod
    @override
    def from_entries(cls, entries: Mapping[str, float]) -> Self:
        return cls(
            sigma=max(0.0, entries["sigma"] * SIGMA_SCALE),
            gain=max(0.0, entries["gain"] * GAIN_SCALE),
        )

    @override
    def summarize(self) -> str:
        return f"gain {self.gain:.4f}, read noise {self.sigma:.4f}"

    @override
    def explain(self) -> str:
        return f", photon gain {self.gain:.4f} and read noise {self.sigma:.4f}"


class Noise(Finding[NoiseParameters]):
    """Sensor noise."""
