"""Blur from the camera, as a prior describes it."""

from collections.abc import Mapping
from typing import ClassVar, Self

from typing_extensions import override

from schemas.prior import v1
from schemas.prior.degradation import Degradation, Stage
from schemas.prior.finding import Finding
from schemas.prior.kernel import Kernel
from schemas.prior.light import LIGHT_ENTRY, Light, explain_light, light_entry, read_light
from schemas.prior.number import ANGLE, LENGTH, Length, Number, say_in_pixels
from schemas.prior.scaling import axis_angle, axis_entries, mirror_axis
from schemas.prior.v1 import BlurKind

BLUR_KINDS: tuple[BlurKind, ...] = ("motion", "defocus", "gaussian")
EXTENT_SCALE_PX = 32.0

_LEAST_EXTENT_PX = 0.5


class BlurParameters(v1.BlurParameters, Degradation):
    """Point spread: path length (motion), disc diameter (defocus) or 4 sigma (gaussian).

    `angle_deg` is the axis of the longest spread, counter-clockwise from the horizontal; it is 0
    for a defocus disc, which has none. Values of `light` are spread; `kernel` is the point spread
    itself.
    """

    name: ClassVar[str] = "blur"
    stage: ClassVar[Stage] = Stage.LENS
    evidence: ClassVar[str] = "Edges are spread"
    counterevidence: ClassVar[str] = "Edges are crisp"
    signs: ClassVar[tuple[str, ...]] = (
        "Outlines run into each other",
        "Points of light are smeared",
        "Fine detail is washed out",
    )
    countersigns: ClassVar[tuple[str, ...]] = (
        "Fine detail is resolved",
        "Outlines are sharp",
        "Points of light stay points",
    )
    entry_names: ClassVar[tuple[str, ...]] = (*BLUR_KINDS, "extent", "cos2", "sin2", LIGHT_ENTRY)
    mirrored: ClassVar[tuple[str, ...]] = ("sin2",)
    lengths: ClassVar[tuple[str, ...]] = ("extent",)
    choice: ClassVar[tuple[str, ...]] = BLUR_KINDS
    maps: ClassVar[tuple[str, ...]] = ("kernel",)
    numbers: ClassVar[Mapping[str, Number]] = {"extent_px": LENGTH, "angle_deg": ANGLE}

    light: Light = "linear"
    kernel: Kernel | None = None

    @override
    def entries(self) -> list[float]:
        kinds = [float(self.kind == kind) for kind in BLUR_KINDS]
        axis = (0.0, 0.0) if self.kind == "defocus" else axis_entries(self.angle_deg)
        return [*kinds, self.extent_px / EXTENT_SCALE_PX, *axis, light_entry(self.light)]

    @classmethod
    @override
    def from_entries(cls, entries: Mapping[str, float]) -> Self:
        kind = max(BLUR_KINDS, key=lambda kind: entries[kind])
        return cls(
            kind=kind,
            extent_px=max(_LEAST_EXTENT_PX, entries["extent"] * EXTENT_SCALE_PX),
            angle_deg=0.0 if kind == "defocus" else axis_angle(entries["cos2"], entries["sin2"]),
            light=read_light(entries[LIGHT_ENTRY]),
        )

    @override
    def noun(self) -> str:
        return f"{self.kind} blur"

    @override
    def mirror(self) -> Self:
        kernel = self.kernel and self.kernel.mirror()
        return self.model_copy(update={"angle_deg": mirror_axis(self.angle_deg), "kernel": kernel})

    @override
    def summarize(self) -> str:
        axis = "" if self.kind == "defocus" else f" at {self.angle_deg:.0f}°"
        return f"{self.kind}, {self.extent_px:.1f} px{axis}{explain_light(self.light)}"

    @override
    def explain(self, length: Length = say_in_pixels) -> str:
        axis = "" if self.kind == "defocus" else f" along {self.angle_deg:.0f} degrees"
        return f", about {length(self.extent_px, 1)}{axis}{explain_light(self.light)}"


class Blur(Finding[BlurParameters]):
    """Camera shake, defocus or softness."""
