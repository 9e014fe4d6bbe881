"""A fifth type of degradation, added from outside the package: low light."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Self

import numpy as np
from pydantic import Field

from rr_tasks.degrade.color import Linear
from rr_tasks.degrade.physics import FindDepth, Measured, Pair, Physics, scale_severity
from schemas.base import Range, Strict
from schemas.prior.degradation import Degradation, Stage
from schemas.prior.finding import Finding
from schemas.prior.light import Light
from schemas.prior.number import SHARE, Length, Number, say_in_pixels

_DARKEST = 0.05


class Darkness(Degradation):
    """Too little light in the scene: `exposure` is the share of what the photograph needs."""

    name: ClassVar[str] = "darkness"
    stage: ClassVar[Stage] = Stage.SCENE
    evidence: ClassVar[str] = "Even the brightest parts are dim"
    counterevidence: ClassVar[str] = "Bright parts are bright"
    entry_names: ClassVar[tuple[str, ...]] = ("exposure",)
    numbers: ClassVar[Mapping[str, Number]] = {"exposure": SHARE}

    exposure: Annotated[float, Field(gt=0.0, le=1.0)]

    def entries(self) -> list[float]:
        return [self.exposure]

    @classmethod
    def from_entries(cls, entries: Mapping[str, float]) -> Self:
        return cls(exposure=min(1.0, max(_DARKEST, entries["exposure"])))

    def summarize(self) -> str:
        return f"exposure {self.exposure:.2f}"

    def explain(self, length: Length = say_in_pixels) -> str:
        return f", {self.exposure:.0%} of the light that it needs"


class DarknessRanges(Strict):
    severity: Range | None = None


class DarknessPhysics(Physics[Darkness, DarknessRanges]):
    """I = exposure * J in linear light."""

    finding = Finding[Darkness]
    ranges = DarknessRanges

    def severity(self, parameters: Darkness, short_side_px: int) -> float:
        return scale_severity((1 - parameters.exposure) / (1 - _DARKEST))

    def at_severity(self, parameters: Darkness, severity: float, short_side_px: int) -> Darkness:
        return Darkness(exposure=1 - (1 - _DARKEST) * severity / 100)

    def add(
        self,
        image: Linear,
        severity: float,
        ranges: DarknessRanges,
        rng: np.random.Generator,
        find_depth: FindDepth,
        *,
        light: Light,
    ) -> tuple[Linear, Darkness]:
        exposure = 1 - (1 - _DARKEST) * severity / 100 * rng.uniform(0.99, 1.0)
        return image * np.float32(exposure), Darkness(exposure=exposure)

    def dilute(self, parameters: Darkness, share: float) -> Darkness:
        return Darkness(exposure=1 - share * (1 - parameters.exposure))

    def measure(self, pair: Pair) -> Measured[Darkness]:
        exposure = min(1.0, float(pair.after.mean() / pair.before.mean()))
        finding = self.find(Darkness(exposure=exposure), pair.short_side_px)
        return Measured(finding, pair.before * np.float32(exposure))
