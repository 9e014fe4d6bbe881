"""Blur from the camera, as a prior describes it."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field
from typing_extensions import override

from schemas.prior.degradation import Degradation, Stage
from schemas.prior.finding import Finding
from schemas.prior.scaling import AxisAngle, axis_angle, axis_entries, mirror_axis

BlurKind = Literal["motion", "defocus", "gaussian"]
BLUR_KINDS: tuple[BlurKind, ...] = ("motion", "defocus", "gaussian")
EXTENT_SCALE_PX = 32.0

_LEAST_EXTENT_PX = 0.5


class BlurParameters(Degradation):
    """Point spread: path length (motion), disc diameter (defocus) or 4 sigma (gaussian).

    `angle_deg` is the axis of the longest spread, counter-clockwise from the horizontal; it is 0
    for a defocus disc, which has none.
    """

    name: ClassVar[str] = "blur"
    stage: ClassVar[Stage] = Stage.LENS
    evidence: ClassVar[str] = "Edges are spread"
    counterevidence: ClassVar[str] = "Edges are crisp"
    entry_names: ClassVar[tuple[str, ...]] = (*BLUR_KINDS, "extent", "cos2", "sin2")
    mirrored: ClassVar[tuple[str, ...]] = ("sin2",)
    lengths: ClassVar[tuple[str, ...]] = ("extent",)
    choice: ClassVar[tuple[str, ...]] = BLUR_KINDS

    kind: BlurKind
    extent_px: Annotated[float, Field(gt=0.0)]
    angle_deg: AxisAngle

    @override
    def entries(self) -> list[float]:
        kinds = [float(self.kind == kind) for kind in BLUR_KINDS]
        axis = (0.0, 0.0) if self.kind == "defocus" else axis_entries(self.angle_deg)
        return [*kinds, self.extent_px / EXTENT_SCALE_PX, *axis]

    @classmethod
    @override
    def from_entries(cls, entries: Mapping[str, float]) -> Self:
        kind = max(BLUR_KINDS, key=lambda kind: entries[kind])
        return cls(
            kind=kind,
            extent_px=max(_LEAST_EXTENT_PX, entries["extent"] * EXTENT_SCALE_PX),
            angle_deg=0.0 if kind == "defocus" else axis_angle(entries["cos2"], entries["sin2"]),
        )

    @override
    def noun(self) -> str:
        return f"{self.kind} blur"

    @override
    def mirror(self) -> Self:
        return self.model_copy(update={"angle_deg": mirror_axis(self.angle_deg)})

    @override
    def summarize(self) -> str:
        axis = "" if self.kind == "defocus" else f" at {self.angle_deg:.0f}°"
        return f"{self.kind}, {self.extent_px:.1f} px{axis}"

    @override
    def explain(self) -> str:
        axis = "" if self.kind == "defocus" else f" along {self.angle_deg:.0f} degrees"
        return f", about {self.extent_px:.1f} px{axis}"


class Blur(Finding[BlurParameters]):
    """Camera shake, defocus or softness."""
