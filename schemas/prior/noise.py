"""Sensor noise, as a prior describes it."""

from collections.abc import Mapping
from typing import ClassVar, Self

from typing_extensions import override

from schemas.prior import v1
from schemas.prior.degradation import Degradation, Stage
from schemas.prior.finding import Finding
from schemas.prior.light import LIGHT_ENTRY, Light, explain_light, light_entry, read_light
from schemas.prior.noise_channels import NoiseChannels
from schemas.prior.number import Length, Number, say_in_pixels

SIGMA_SCALE = 0.2
GAIN_SCALE = 0.2


class NoiseParameters(v1.NoiseParameters, Degradation):
    """Poisson-Gaussian noise: variance = gain * intensity + sigma**2 (0-1), in values of `light`.

    `channels` has both for red, green and blue.
    """

    name: ClassVar[str] = "noise"
    stage: ClassVar[Stage] = Stage.SENSOR
    evidence: ClassVar[str] = "Flat areas are grainy"
    counterevidence: ClassVar[str] = "Flat areas are smooth"
    signs: ClassVar[tuple[str, ...]] = (
        "Neighbouring pixels differ where the scene does not",
        "Even surfaces and the sky are speckled",
        "Shadows show a random grain",
    )
    countersigns: ClassVar[tuple[str, ...]] = (
        "Even surfaces are clean",
        "Shadows are free of grain",
        "Neighbouring pixels of a surface agree",
    )
    entry_names: ClassVar[tuple[str, ...]] = ("sigma", "gain", LIGHT_ENTRY)
    maps: ClassVar[tuple[str, ...]] = ("channels",)
    numbers: ClassVar[Mapping[str, Number]] = {
        "sigma": Number(0, 1, 4),
        "gain": Number(0, 1, 4),
    }

    light: Light = "linear"
    channels: NoiseChannels | None = None

    @override
    def entries(self) -> list[float]:
        return [self.sigma / SIGMA_SCALE, self.gain / GAIN_SCALE, light_entry(self.light)]

    @classmethod
    @override
    def from_entries(cls, entries: Mapping[str, float]) -> Self:
        return cls(
            sigma=max(0.0, entries["sigma"] * SIGMA_SCALE),
            gain=max(0.0, entries["gain"] * GAIN_SCALE),
            light=read_light(entries[LIGHT_ENTRY]),
        )

    @override
    def summarize(self) -> str:
        return f"gain {self.gain:.4f}, read noise {self.sigma:.4f}{explain_light(self.light)}"

    @override
    def explain(self, length: Length = say_in_pixels) -> str:
        amounts = f"photon gain {self.gain:.4f} and read noise {self.sigma:.4f}"
        return f", {amounts}{explain_light(self.light)}"


class Noise(Finding[NoiseParameters]):
    """Sensor noise."""
