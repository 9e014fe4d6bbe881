"""Diagnostic prior, version 1: what degrades a photograph, how badly, and what it shows.

The parameters here are those of versions 1 and 2. What they mean in numbers and words is said by
the parameters of today (`haze.py`, `blur.py`, ...), which extend them.
"""

from collections.abc import Collection
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from schemas.base import Rgb, Sha256, Strict, Unit
from schemas.prior.finding import Presence
from schemas.prior.scaling import AxisAngle

DegradationName = Literal["haze", "blur", "rain", "noise"]
DEGRADATIONS: tuple[DegradationName, ...] = ("haze", "blur", "rain", "noise")
BlurKind = Literal["motion", "defocus", "gaussian"]


class HazeParameters(Strict):
    """Atmospheric scattering, I = J t + A (1 - t) with t = exp(-beta d), in linear light.

    `atmospheric_light` (A) is given sRGB-coded in 0-1; `transmission` is the mean of t over the
    photograph; `beta` belongs to a depth that runs from 0 (near) to 1 (the farthest point).
    """

    atmospheric_light: Rgb
    transmission: Unit
    beta: Annotated[float, Field(ge=0.0)]


class BlurParameters(Strict):
    """Point spread: path length (motion), disc diameter (defocus) or 4 sigma (gaussian).

    `angle_deg` is the axis of the longest spread, counter-clockwise from the horizontal; it is 0
    for a defocus disc, which has none.
    """

    kind: BlurKind
    extent_px: Annotated[float, Field(gt=0.0)]
    angle_deg: AxisAngle


class RainParameters(Strict):
    """Streaks: `density` is the mean coverage, `opacity` the peak alpha of a streak.

    `angle_deg` is the streaks' axis, counter-clockwise from the horizontal (90 falls straight).
    """

    density: Unit
    length_px: Annotated[float, Field(gt=0.0)]
    angle_deg: AxisAngle
    opacity: Unit


class NoiseParameters(Strict):
    """Poisson-Gaussian noise in linear light: variance = gain * intensity + sigma**2 (0-1)."""

    sigma: Annotated[float, Field(ge=0.0)]
    gain: Annotated[float, Field(ge=0.0)]


class Haze(Presence):
    """Haze, fog or smoke: light scattered into the line of sight."""

    parameters: HazeParameters | None = None


class Blur(Presence):
    """Camera shake, defocus or softness."""

    parameters: BlurParameters | None = None


class Rain(Presence):
    """Rain streaks in front of the scene."""

    parameters: RainParameters | None = None


class Noise(Presence):
    """Sensor noise."""

    parameters: NoiseParameters | None = None


class ImageSize(Strict):
    """Width and height of the photograph in pixels, to which every `_px` field refers."""

    width: Annotated[int, Field(gt=0)]
    height: Annotated[int, Field(gt=0)]


class Scene(Strict):
    """What the photograph shows, without a word on its degradation."""

    description: str
    objects: tuple[str, ...] = ()


class Provenance(Strict):
    """Who wrote this prior: the synthesis recipe, a teacher model, or a reasoner."""

    source: Literal["synthesis", "teacher", "reasoner"]
    author: str
    weights_sha256: Sha256 | None = None
    prompt_version: str | None = None


class DiagnosticPriorV1(Strict):
    """The structured Chain-of-Thought diagnosis of one photograph.

    `order` lists the present degradations, the one to undo first at the front.

    Raises:
        ValidationError: a field is missing, unknown, out of range, or contradicts another.
    """

    schema_version: Literal[1] = 1
    image: ImageSize
    haze: Haze
    blur: Blur
    rain: Rain
    noise: Noise
    scene: Scene
    order: tuple[DegradationName, ...]
    reasoning: str
    provenance: Provenance

    @model_validator(mode="after")
    def _order_lists_what_is_present(self) -> Self:
        check_order(self.order, {name for name in DEGRADATIONS if getattr(self, name).present})
        return self


def check_order(order: Collection[str], present: Collection[str]) -> None:
    """Raise ValueError unless `order` lists each present degradation once."""
    if sorted(order) != sorted(present):
        raise ValueError(
            f"order must list each present degradation once: {sorted(present)}, not {list(order)}"
        )
