"""Rain streaks, as a prior describes them."""

from collections.abc import Mapping
from typing import ClassVar, Self

from typing_extensions import override

from schemas.prior import v1
from schemas.prior.degradation import Degradation, Stage
from schemas.prior.finding import Finding
from schemas.prior.light import LIGHT_ENTRY, Light, explain_light, light_entry, read_light
from schemas.prior.number import ANGLE, LENGTH, SHARE, Length, Number, say_in_pixels
from schemas.prior.scaling import axis_angle, axis_entries, clamp_unit, mirror_axis

STREAK_SCALE_PX = 64.0


class RainParameters(v1.RainParameters, Degradation):
    """Streaks, mixed in values of `light`.

    `density` is the mean coverage, `opacity` the peak alpha of a streak.
    `angle_deg` is the streaks' axis, counter-clockwise from the horizontal (90 falls straight).
    """

    name: ClassVar[str] = "rain"
    stage: ClassVar[Stage] = Stage.FALL
    evidence: ClassVar[str] = "Bright streaks share a direction"
    counterevidence: ClassVar[str] = "No bright streaks share a direction"
    signs: ClassVar[tuple[str, ...]] = (
        "Thin bright lines fall across the scene",
        "Parallel streaks lie in front of everything",
        "Falling drops have drawn lines",
    )
    countersigns: ClassVar[tuple[str, ...]] = (
        "Nothing falls in front of the scene",
        "No lines cross the scene that do not belong to it",
        "The view is free of streaks",
    )
    entry_names: ClassVar[tuple[str, ...]] = (
        *("density", "length", "cos2", "sin2", "opacity"),
        LIGHT_ENTRY,
    )
    mirrored: ClassVar[tuple[str, ...]] = ("sin2",)
    lengths: ClassVar[tuple[str, ...]] = ("length",)
    numbers: ClassVar[Mapping[str, Number]] = {
        "density": Number(0, 1, 3),
        "length_px": LENGTH,
        "angle_deg": ANGLE,
        "opacity": SHARE,
    }

    light: Light = "linear"

    @override
    def entries(self) -> list[float]:
        length = self.length_px / STREAK_SCALE_PX
        axis = axis_entries(self.angle_deg)
        return [self.density, length, *axis, self.opacity, light_entry(self.light)]

    @classmethod
    @override
    def from_entries(cls, entries: Mapping[str, float]) -> Self:
        return cls(
            density=clamp_unit(entries["density"]),
            length_px=max(1.0, entries["length"] * STREAK_SCALE_PX),
            angle_deg=axis_angle(entries["cos2"], entries["sin2"]),
            opacity=clamp_unit(entries["opacity"]),
            light=read_light(entries[LIGHT_ENTRY]),
        )

    @override
    def mirror(self) -> Self:
        return self.model_copy(update={"angle_deg": mirror_axis(self.angle_deg)})

    @override
    def summarize(self) -> str:
        streaks = f"{self.length_px:.0f} px at {self.angle_deg:.0f}°"
        return f"covers {self.density:.0%}, {streaks}{explain_light(self.light)}"

    @override
    def explain(self, length: Length = say_in_pixels) -> str:
        return (
            f"; streaks of about {length(self.length_px, 0)} at {self.angle_deg:.0f} degrees cover "
            f"{self.density:.0%} of the frame{explain_light(self.light)}"
        )


class Rain(Finding[RainParameters]):
    """Rain streaks in front of the scene."""
