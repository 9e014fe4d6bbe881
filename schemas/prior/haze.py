"""Haze, fog and smoke, as a prior describes them."""

from collections.abc import Mapping
from typing import ClassVar, Self

from pydantic import model_validator
from typing_extensions import override

from schemas.prior import v1
from schemas.prior.degradation import Degradation, Stage
from schemas.prior.finding import Finding
from schemas.prior.light import LIGHT_ENTRY, Light, explain_light, light_entry, read_light
from schemas.prior.number import SHARE, Length, Number, say_in_pixels
from schemas.prior.scaling import clamp_unit
from schemas.prior.transmission_map import TransmissionMap

BETA_SCALE = 4.0

_MOST_ROUNDING = 0.01


class HazeParameters(v1.HazeParameters, Degradation):
    """Atmospheric scattering, I = J t + A (1 - t) with t = exp(-beta d), in values of `light`.

    `atmospheric_light` (A) is given sRGB-coded in 0-1; `transmission` is the mean of t over the
    photograph; `beta` belongs to a depth that runs from 0 (near) to 1 (the farthest point).
    `transmission_map` says where t is how large; its mean is `transmission`.

    Raises:
        ValidationError: the map has another mean.
    """

    name: ClassVar[str] = "haze"
    stage: ClassVar[Stage] = Stage.AIR
    evidence: ClassVar[str] = "Contrast fades with distance"
    counterevidence: ClassVar[str] = "Distant parts keep their contrast"
    signs: ClassVar[tuple[str, ...]] = (
        "A pale veil lies over the distance",
        "Dark parts are lifted towards the colour of the air",
        "Far things are paler than near ones",
    )
    countersigns: ClassVar[tuple[str, ...]] = (
        "Dark parts are dark near and far",
        "Nothing veils the distance",
        "Colours stay deep into the distance",
    )
    colour: ClassVar[tuple[str, ...]] = ("light_r", "light_g", "light_b")
    entry_names: ClassVar[tuple[str, ...]] = (*colour, "transmission", "beta", LIGHT_ENTRY)
    maps: ClassVar[tuple[str, ...]] = ("transmission_map",)
    numbers: ClassVar[Mapping[str, Number]] = {
        "atmospheric_light": SHARE,
        "transmission": SHARE,
        "beta": Number(0, 10, 2),
    }

    light: Light = "linear"
    transmission_map: TransmissionMap | None = None

    @model_validator(mode="after")
    def _map_agrees(self) -> Self:
        if self.transmission_map is not None:
            mean = self.transmission_map.mean()
            if abs(mean - self.transmission) > _MOST_ROUNDING:
                raise ValueError(
                    f"transmission is the mean of its map, {mean:.3f}, not {self.transmission:.3f}"
                )
        return self

    @override
    def entries(self) -> list[float]:
        beta = self.beta / BETA_SCALE
        return [*self.atmospheric_light, self.transmission, beta, light_entry(self.light)]

    @classmethod
    @override
    def from_entries(cls, entries: Mapping[str, float]) -> Self:
        red, green, blue = (clamp_unit(entries[f"light_{channel}"]) for channel in "rgb")
        return cls(
            atmospheric_light=(red, green, blue),
            transmission=clamp_unit(entries["transmission"]),
            beta=max(0.0, entries["beta"] * BETA_SCALE),
            light=read_light(entries[LIGHT_ENTRY]),
        )

    @override
    def mirror(self) -> Self:
        mirrored = self.transmission_map and self.transmission_map.mirror()
        return self.model_copy(update={"transmission_map": mirrored})

    @override
    def summarize(self) -> str:
        light = " ".join(f"{channel:.2f}" for channel in self.atmospheric_light)
        return f"transmission {self.transmission:.2f}, airlight {light}{explain_light(self.light)}"

    @override
    def explain(self, length: Length = say_in_pixels) -> str:
        light = ", ".join(f"{channel:.2f}" for channel in self.atmospheric_light)
        return (
            f"; on average {self.transmission:.0%} of the scene's light arrives, mixed with "
            f"airlight of colour ({light}){explain_light(self.light)}"
        )


class Haze(Finding[HazeParameters]):
    """Haze, fog or smoke: light scattered into the line of sight."""
