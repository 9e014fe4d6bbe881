"""Degradation recipes: everything that decides which degradations are drawn and how they look."""

from typing import Annotated, Literal

from pydantic import Field

from schemas.base import Range, Strict, Unit
from schemas.prior import v1

# Types that are published later are used by recipes that name them.
_UNNAMED_TYPES = v1.DEGRADATIONS


class SmokeRecipe(Strict):
    """Smoke in the place of haze (`rr_tasks.degrade.smoke`).

    `probability` is the share of hazy photographs that have smoke; `light` the brightness of its
    light and `warmth` by how much red exceeds green and green blue, sRGB-coded; `background` the
    share of smoke that lies evenly between the plumes; `turbulence` the standard deviation of the
    logarithm of the density.
    """

    probability: Unit = 0.25
    light: Range = Range(low=0.4, high=0.8)
    warmth: Range = Range(low=0.0, high=0.1)
    background: Range = Range(low=0.2, high=0.4)
    turbulence: Range = Range(low=0.3, high=0.9)


class HazeRecipe(Strict):
    """Airlight brightness (sRGB-coded) and how far its channels may drift apart.

    `warmth` is by how much red exceeds green and green blue, as along the colours of daylight:
    below 0 is blue shade, above it dust or evening; null is 0. `heterogeneity` is the standard
    deviation of the logarithm of the density over the photograph; null is an even haze.
    """

    light: Range = Range(low=0.6, high=0.95)
    tint: Unit = 0.08
    warmth: Range | None = None
    heterogeneity: Range | None = None
    smoke: SmokeRecipe | None = None
    severity: Range | None = None


class ShakeRecipe(Strict):
    """Paths of a hand-held camera (`rr_tasks.degrade.shake`).

    `probability` is the share of the motion blurs that are shake; the others are arcs. `inertia` is
    the share of its speed that a camera keeps in a four-hundredth of the exposure: 0.9 trembles,
    0.99 sweeps.
    """

    probability: Unit = 0.7
    inertia: Range = Range(low=0.9, high=0.99)


class BlurRecipe(Strict):
    """Shape of the point spread; its extent follows from the severity."""

    curvature: Range = Range(low=0.0, high=0.5)
    anisotropy: Range = Range(low=0.4, high=1.0)
    shake: ShakeRecipe | None = None
    severity: Range | None = None


class ShowerRecipe(Strict):
    """Rain in perspective (`rr_tasks.degrade.showers`).

    `layers` is their smallest and largest number, at least 3; `width` the softness (sigma) of the
    nearest streaks in pixels of a photograph of 512; `gusts` the standard deviation of the
    logarithm of the number of drops; `convergence` how much closer streaks are at the lower border
    than in the middle, as a share; `jitter_deg` how far layers lean apart.
    """

    layers: tuple[Annotated[int, Field(ge=3)], Annotated[int, Field(le=8)]] = (3, 6)
    width: Range = Range(low=0.4, high=1.2)
    gusts: Range = Range(low=0.0, high=0.6)
    convergence: Range = Range(low=-0.4, high=0.4)
    jitter_deg: Annotated[float, Field(ge=0.0, le=45.0)] = 4.0


class RainRecipe(Strict):
    """Streak geometry (length as a share of the short side) and brightness."""

    length: Range = Range(low=0.03, high=0.09)
    angle_deg: Range = Range(low=60.0, high=120.0)
    opacity: Range = Range(low=0.4, high=0.9)
    light: Range = Range(low=0.7, high=0.95)
    shower: ShowerRecipe | None = None
    severity: Range | None = None


class CameraRecipe(Strict):
    """What a camera does with the mosaic of its sensor (`rr_tasks.degrade.camera`).

    `probability` is the share of the noisy photographs whose noise went through a camera; the gains
    are those of white balance, green being 1; `crosstalk` is how much of each other channel the
    colour matrix takes off.
    """

    probability: Unit = 0.8
    red_gain: Range = Range(low=1.9, high=2.4)
    blue_gain: Range = Range(low=1.5, high=1.9)
    crosstalk: Range = Range(low=0.05, high=0.3)


class NoiseRecipe(Strict):
    """Share of the variance at mid grey that is read noise; the rest is photon noise."""

    read_share: Range = Range(low=0.02, high=0.2)
    camera: CameraRecipe | None = None
    severity: Range | None = None


class JpegRecipe(Strict):
    """A JPEG save after everything else, as cameras and web sites do it. Not a diagnosed type."""

    probability: Unit = 0.25
    quality: tuple[int, int] = (75, 95)


class PartialRecipe(Strict):
    """Photographs that are partly restored (`docs/DEGRADATIONS.md`).

    `probability` is their share among the degraded ones; `share` is how much of the degraded
    photograph is left in the blend with the clean one.
    """

    probability: Unit = 0.2
    share: Range = Range(low=0.05, high=1.0)


class DepthModel(Strict):
    """A depth model of transformers (`rr_tasks.degrade.depth_model`).

    `name` is that on the Hugging Face Hub, or a folder; a `revision` keeps it from changing.
    """

    name: Annotated[str, Field(min_length=1)]
    revision: str | None = None


class DepthRecipe(Strict):
    """Where the depth of a scene comes from, which haze and rain follow.

    With `files`, from `photo.depth.png` or `photo.depth.npy` beside the photograph, where there is
    one. Else from the `model`, if one is named. Else it is guessed: `objects` stand upright on the
    ground (`rr_tasks.degrade.objects`); `relief` knows no objects (`rr_tasks.degrade.depth`) and is
    the guess of recipes without this part.
    """

    files: bool = False
    model: DepthModel | None = None
    guess: Literal["objects", "relief"] = "objects"


class DegradationRecipe(Strict):
    """How clean photographs become degraded ones.

    Severities are drawn uniformly, from the range of their type or else from the common one; the
    physical parameters follow from them (`docs/DEGRADATIONS.md`). `types` names the degradations
    that there are; null is haze, blur, rain and noise. `sampling` says what becomes of a
    photograph: random squares with random mixtures of them and a `clean_share` left clean, or, for
    `grid`, the central square clean and with each mixture, 15 of four types. With a
    `smallest_size`, random squares are scaled to sides from there to `size`, equally often in each
    octave, and enlarged up to twice if need be.
    With `alternatives`, samples follow them in turn, in all but `clean_share`; a grid has none.
    `algorithm` counts changes of the code that alter the bytes.
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
    depth: DepthRecipe | None = None
    partial: PartialRecipe | None = None
    alternatives: "tuple[DegradationRecipe, ...] | None" = None

    def alternative(self, number: int) -> "DegradationRecipe":
        """What sample `number` follows."""
        return self.alternatives[number % len(self.alternatives)] if self.alternatives else self

    def all_types(self) -> tuple[str, ...]:
        """The types of degradation that there are, those of all alternatives included."""
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


def _in_all_sizes(recipe: DegradationRecipe) -> DegradationRecipe:
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
        _in_all_sizes(EDGE_DEFAULT),
        _in_all_sizes(EDGE_V2),
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
