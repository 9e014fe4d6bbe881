"""Rain streaks, as a prior describes them."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Self

from pydantic import Field
from typing_extensions import override

from schemas.base import Unit
from schemas.prior.degradation import Degradation, Stage
from schemas.prior.finding import Finding
from schemas.prior.scaling import AxisAngle, axis_angle, axis_entries, clamp_unit, mirror_axis

STREAK_SCALE_PX = 64.0


class RainParameters(Degradation):
    """Streaks: `density` is the mean coverage, `opacity` the peak alpha of a streak.

    `angle_deg` is the streaks' axis, counter-clockwise from the horizontal (90 falls straight).
    """

    name: ClassVar[str] = "rain"
    stage: ClassVar[Stage] = Stage.FALL
    evidence: ClassVar[str] = "Bright streaks share a direction"
    counterevidence: ClassVar[str] = "No bright streaks share a direction"
    entry_names: ClassVar[tuple[str, ...]] = ("density", "length", "cos2", "sin2", "opacity")
    mirrored: ClassVar[tuple[str, ...]] = ("sin2",)
    lengths: ClassVar[tuple[str, ...]] = ("length",)

    density: Unit
    length_px: Annotated[float, Field(gt=0.0)]
    angle_deg: AxisAngle
    opacity: Unit

    @override
    def entries(self) -> list[float]:
        length = self.length_px / STREAK_SCALE_PX
        return [self.density, length, *axis_entries(self.angle_deg), self.opacity]

    @classmethod
    @override
    def from_entries(cls, entries: Mapping[str, float]) -> Self:
        return cls(
            density=clamp_unit(entries["density"]),
            length_px=max(1.0, entries["length"] * STREAK_SCALE_PX),
            angle_deg=axis_angle(entries["cos2"], entries["sin2"]),
            opacity=clamp_unit(entries["opacity"]),
        )

    @override
    def mirror(self) -> Self:
        return self.model_copy(update={"angle_deg": mirror_axis(self.angle_deg)})

    @override
    def summarize(self) -> str:
        return f"covers {self.density:.0%}, {self.length_px:.0f} px at {self.angle_deg:.0f}°"

    @override
    def explain(self) -> str:
        return (
            f"; streaks of about {self.length_px:.0f} px at {self.angle_deg:.0f} degrees cover "
            f"{self.density:.0%} of the frame"
        )


class Rain(Finding[RainParameters]):
    """Rain streaks in front of the scene."""
