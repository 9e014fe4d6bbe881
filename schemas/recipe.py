"""Degradation recipes: everything that decides which degradations are drawn and how they look."""

from typing import Annotated, Literal

from pydantic import Field

from schemas.base import Range, Strict, Unit
from schemas.lookalike import LookalikeRecipe
from schemas.prior import v1

# Frozen: recipes have to name types that were published later.
_UNNAMED_TYPES = v1.DEGRADATIONS


class SmokeRecipe(Strict):
    """Smoke instead of haze (`rr_tasks.degrade.smoke`).

    `probability` is the share of hazy photographs that get smoke; `light` is the brightness of its
    light and `warmth` how much red exceeds green, and green blue, both sRGB-coded; `background` is
    the share of the smoke that lies evenly between the plumes; `turbulence` is the standard
    deviation of the logarithm of the density.
    """

    probability: Unit = 0.25
    light: Range = Range(low=0.4, high=0.8)
    warmth: Range = Range(low=0.0, high=0.1)
    background: Range = Range(low=0.2, high=0.4)
    turbulence: Range = Range(low=0.3, high=0.9)


class HazeRecipe(Strict):
    """Brightness of the airlight (sRGB-coded) and how far its channels may differ.

    `warmth` is how much red exceeds green, and green blue, as along the colours of daylight: below
    0 is blue shade, above it dust or evening; null is 0. `heterogeneity` is the standard deviation
    of the logarithm of the density over the photograph; null is an even haze.
    """

    light: Range = Range(low=0.6, high=0.95)
    tint: Unit = 0.08
    warmth: Range | None = None
    heterogeneity: Range | None = None
    smoke: SmokeRecipe | None = None
    severity: Range | None = None


class ShakeRecipe(Strict):
    """Paths of a hand-held camera (`rr_tasks.degrade.shake`).

    `probability` is the share of motion blurs that are shake; the others are arcs. `inertia` is the
    share of its speed that a camera keeps over a four-hundredth of the exposure: 0.9 trembles, 0.99
    sweeps.
    """

    probability: Unit = 0.7
    inertia: Range = Range(low=0.9, high=0.99)


class BlurRecipe(Strict):
    """Shape of the point spread; its extent follows from the severity.

    `hard` is the share of point spreads that consist of whole pixels; null is none.
    """

    curvature: Range = Range(low=0.0, high=0.5)
    anisotropy: Range = Range(low=0.4, high=1.0)
    shake: ShakeRecipe | None = None
    hard: Unit | None = None
    severity: Range | None = None


class ShowerRecipe(Strict):
    """Rain in perspective (`rr_tasks.degrade.showers`).

    `layers` is the smallest and largest number of layers, at least 3; `width` is the softness
    (sigma) of the nearest streaks in pixels of a photograph of 512; `gusts` is the standard
    deviation of the logarithm of the number of drops; `convergence` is how much closer streaks are
    at the lower border than in the middle, as a share; `jitter_deg` is how far the directions of
    the layers differ.
    """

    layers: tuple[Annotated[int, Field(ge=3)], Annotated[int, Field(le=8)]] = (3, 6)
    width: Range = Range(low=0.4, high=1.2)
    gusts: Range = Range(low=0.0, high=0.6)
    convergence: Range = Range(low=-0.4, high=0.4)
    jitter_deg: Annotated[float, Field(ge=0.0, le=45.0)] = 4.0


class AddedRainRecipe(Strict):
    """Streaks that are added to the photograph, as in Rain100 (`rr_tasks.degrade.streaks`).

    `directions` is the smallest and largest number of directions, which differ by `spread_deg` at
    most; `width` is the softness (sigma) of the streaks in pixels.
    """

    directions: tuple[Annotated[int, Field(ge=1)], Annotated[int, Field(le=8)]] = (1, 3)
    spread_deg: Annotated[float, Field(ge=0.0, le=90.0)] = 25.0
    width: Range = Range(low=0.4, high=1.0)


class RainRecipe(Strict):
    """Streak geometry (length as a share of the short side) and brightness.

    With `added`, streaks have no colour of their own: they brighten everything by as much as white
    ones of their opacity would a mid grey.
    """

    length: Range = Range(low=0.03, high=0.09)
    angle_deg: Range = Range(low=60.0, high=120.0)
    opacity: Range = Range(low=0.4, high=0.9)
    light: Range = Range(low=0.7, high=0.95)
    shower: ShowerRecipe | None = None
    added: AddedRainRecipe | None = None
    severity: Range | None = None


class CameraRecipe(Strict):
    """What a camera does with the mosaic of its sensor (`rr_tasks.degrade.camera`).

    `probability` is the share of noisy photographs whose noise goes through a camera; the gains are
    those of white balance, with green at 1; `crosstalk` is how much of each other channel the
    colour matrix subtracts.
    """

    probability: Unit = 0.8
    red_gain: Range = Range(low=1.9, high=2.4)
    blue_gain: Range = Range(low=1.5, high=1.9)
    crosstalk: Range = Range(low=0.05, high=0.3)


class NoiseRecipe(Strict):
    """Share of the variance at mid grey that is read noise; the rest is photon noise.

    `sigmas` are standard deviations in steps of 255, of which half of the noisy photographs have
    the one that is nearest to their severity.
    """

    read_share: Range = Range(low=0.02, high=0.2)
    camera: CameraRecipe | None = None
    sigmas: tuple[Annotated[float, Field(gt=0.0)], ...] | None = None
    severity: Range | None = None


class JpegRecipe(Strict):
    """A JPEG save after everything else, as by a camera or a web site. It is not diagnosed."""

    probability: Unit = 0.25
    quality: tuple[int, int] = (75, 95)


class PartialRecipe(Strict):
    """Photographs that are partly restored (`docs/DEGRADATIONS.md`).

    `probability` is their share of the degraded photographs; `share` is how much of the degraded
    photograph remains in its blend with the clean one.
    """

    probability: Unit = 0.2
    share: Range = Range(low=0.05, high=1.0)


class LightRecipe(Strict):
    """In which values light is mixed (`rr_tasks.degrade.light`).

    `coded` is the share of photographs that are degraded in sRGB-coded values, as in most data sets
    of the field, and not in linear light.
    """

    coded: Unit = 0.5


class DepthModel(Strict):
    """A depth model of transformers (`rr_tasks.degrade.depth_model`).

    `name` is its name on the Hugging Face Hub, or a folder; `revision` pins its version.
    """

    name: Annotated[str, Field(min_length=1)]
    revision: str | None = None


class DepthRecipe(Strict):
    """Where the depth of a scene, which haze and rain depend on, comes from.

    With `files`, it is read from `photo.depth.png` or `photo.depth.npy` beside the photograph if
    there is one. Otherwise it is estimated by the `model`, if one is named, or else guessed: with
    `objects` that stand upright on the ground (`rr_tasks.degrade.objects`), or as a `relief`
    without objects (`rr_tasks.degrade.depth`), which is also the guess of recipes without this
    part.
    """

    files: bool = False
    model: DepthModel | None = None
    guess: Literal["objects", "relief"] = "objects"


class DegradationRecipe(Strict):
    """How clean photographs become degraded ones.

    Severities are drawn uniformly from the range of their type, or from the common `severity` if it
    has none; the physical parameters are derived from them (`docs/DEGRADATIONS.md`). `types` names
    the degradations to use; null means haze, blur, rain and noise. `sampling` decides how
    photographs are used: `random` cuts random squares with random mixtures and leaves a
    `clean_share` clean; `grid` takes the central square, clean and with each mixture (15 of four
    types). With a `smallest_size`, random squares are scaled to sides from there to `size`, equally
    often in each octave, and enlarged by up to two times if necessary. With `alternatives`, samples
    follow each of them in turn, except for `clean_share`; a grid has none. With `lookalikes`, some
    clean photographs become ones that look degraded but are meant so (shallow depth of field,
    grain, mist). `algorithm` is raised when the code changes in a way that alters the bytes.
    """

    name: str
    algorithm: Literal[1, 2, 3, 4, 5] = 5
    size: Annotated[int, Field(ge=32, le=8192)] = 512
    smallest_size: Annotated[int, Field(ge=32, le=8192)] | None = None
    types: tuple[str, ...] | None = None
    sampling: Literal["random", "grid"] = "random"
    severity: Range = Range(low=10.0, high=100.0)
    clean_share: Unit = 0.1
    haze: HazeRecipe = HazeRecipe()
    blur: BlurRecipe = BlurRecipe()
    rain: RainRecipe = RainRecipe()
    noise: NoiseRecipe = NoiseRecipe()
    jpeg: JpegRecipe = JpegRecipe()
    light: LightRecipe | None = None
    depth: DepthRecipe | None = None
    partial: PartialRecipe | None = None
    lookalikes: LookalikeRecipe | None = None
    alternatives: "tuple[DegradationRecipe, ...] | None" = None

    def alternative(self, number: int) -> "DegradationRecipe":
        """The recipe that sample `number` follows."""
        return self.alternatives[number % len(self.alternatives)] if self.alternatives else self

    def all_types(self) -> tuple[str, ...]:
        """The types of degradation in use, including those of all alternatives."""
        followed = self.alternatives or (self,)
        named = (name for one in followed for name in one.types or _UNNAMED_TYPES)
        return tuple(dict.fromkeys(named))


EDGE_DEFAULT = DegradationRecipe(name="edge-default")
"""All 15 combinations of the four types equally often, a tenth clean, some saved as JPEG."""

BENCHMARK = DegradationRecipe(
    name="benchmark",
    sampling="grid",
    jpeg=JpegRecipe(probability=0.0),
)
"""The evaluation set: every combination and the clean photograph once for each photograph."""

EDGE_V2 = DegradationRecipe(
    name="edge-v2",
    haze=HazeRecipe(
        tint=0.02,
        warmth=Range(low=-0.06, high=0.1),
        heterogeneity=Range(low=0.0, high=0.5),
        smoke=SmokeRecipe(),
    ),
    blur=BlurRecipe(shake=ShakeRecipe()),
    rain=RainRecipe(shower=ShowerRecipe()),
    noise=NoiseRecipe(camera=CameraRecipe()),
    jpeg=JpegRecipe(probability=0.5, quality=(60, 95)),
    depth=DepthRecipe(),
)
"""Like `edge-default`, with uneven haze, smoke, shaking hands, rain in perspective, a camera, and
objects that stand on the ground."""


def _vary_size(recipe: DegradationRecipe) -> DegradationRecipe:
    return recipe.model_copy(
        update={
            "name": f"{recipe.name}-all-sizes",
            "size": 1280,
            "smallest_size": 128,
            "partial": PartialRecipe(probability=0.3),
        }
    )


REASONER_V1 = DegradationRecipe(
    name="reasoner-v1",
    alternatives=(
        EDGE_DEFAULT,
        EDGE_V2,
        _vary_size(EDGE_DEFAULT),
        _vary_size(EDGE_V2),
    ),
)
"""What a reasoner learns from: `edge-default` and `edge-v2`, half of each in all sizes, where three
of ten are partly restored."""

CDD11_LIKE = DegradationRecipe(
    name="cdd11-like",
    haze=HazeRecipe(light=Range(low=0.6, high=0.9), tint=0.0, severity=Range(low=52.0, high=84.0)),
    noise=NoiseRecipe(read_share=Range(low=1.0, high=1.0), severity=Range(low=18.0, high=47.0)),
    jpeg=JpegRecipe(probability=0.0),
)
"""Haze and noise as strong as in CDD-11 (Guo et al., OneRestore, 2024, `syn_data.py`).

Haze: A U(0.6, 0.9), grey, beta U(1, 2), which is a mean transmission of 0.61 to 0.37 at the mean
depth of 0.5. Noise: gaussian, U(0.03, 0.08) of sRGB, which is 0.89 times that in linear mid grey.
Rain and blur are ours: CDD-11 lays photographed masks over, and has no blur.
"""

AGENTICIR_LIKE = DegradationRecipe(
    name="agenticir-like",
    haze=HazeRecipe(light=Range(low=0.7, high=1.0), tint=0.0, severity=Range(low=35.0, high=79.0)),
)
"""Haze as strong as in AgenticIR (Zhu et al., 2024): A U(0.7, 1), beta U(0.6, 1.8).

That is a mean transmission of 0.74 to 0.41 at the mean depth of 0.5. All else is `edge-default`.
"""

RECIPES: dict[str, DegradationRecipe] = {
    recipe.name: recipe
    for recipe in (EDGE_DEFAULT, BENCHMARK, EDGE_V2, REASONER_V1, CDD11_LIKE, AGENTICIR_LIKE)
}
