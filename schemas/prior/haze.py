"""Haze, fog and smoke, as a prior describes them."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Self

from pydantic import Field
from typing_extensions import override

from schemas.base import Rgb, Unit
from schemas.prior.degradation import Degradation, Stage
from schemas.prior.finding import Finding
from schemas.prior.scaling import clamp_unit

BETA_SCALE = 4.0


class HazeParameters(Degradation):
    """Atmospheric scattering, I = J t + A (1 - t) with t = exp(-beta d), in linear light.

    `atmospheric_light` (A) is given sRGB-coded in 0-1; `transmission` is the mean of t over the
    photograph; `beta` belongs to a depth that runs from 0 (near) to 1 (the farthest point).
    """

    name: ClassVar[str] = "haze"
    stage: ClassVar[Stage] = Stage.AIR
    evidence: ClassVar[str] = "Contrast fades with distance"
    counterevidence: ClassVar[str] = "Distant parts keep their contrast"
    colour: ClassVar[tuple[str, ...]] = ("light_r", "light_g", "light_b")
    entry_names: ClassVar[tuple[str, ...]] = (*colour, "transmission", "beta")

    atmospheric_light: Rgb
    transmission: Unit
    beta: Annotated[float, Field(ge=0.0)]

    @override
    def entries(self) -> list[float]:
        return [*self.atmospheric_light, self.transmission, self.beta / BETA_SCALE]

    @classmethod
    @override
    def from_entries(cls, entries: Mapping[str, float]) -> Self:
        red, green, blue = (clamp_unit(entries[f"light_{channel}"]) for channel in "rgb")
        return cls(
            atmospheric_light=(red, green, blue),
            transmission=clamp_unit(entries["transmission"]),
            beta=max(0.0, entries["beta"] * BETA_SCALE),
        )

    @override
    def summarize(self) -> str:
        light = " ".join(f"{channel:.2f}" for channel in self.atmospheric_light)
        return f"transmission {self.transmission:.2f}, airlight {light}"

    @override
    def explain(self) -> str:
        light = ", ".join(f"{channel:.2f}" for channel in self.atmospheric_light)
        return (
            f"; on average {self.transmission:.0%} of the scene's light arrives, mixed with "
            f"airlight of colour ({light})"
        )


class Haze(Finding[HazeParameters]):
    """Haze, fog or smoke: light scattered into the line of sight."""
