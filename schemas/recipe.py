"""Degradation recipes: everything that decides which degradations are drawn and how they look."""

from typing import Annotated, Literal

from pydantic import Field

from schemas.base import Range, Strict, Unit
from schemas.lookalike import LookalikeRecipe
from schemas.prior import v1
from schemas.ranges import (
    AddedRainRecipe,
    BlurRecipe,
    CameraRecipe,
    HazeRecipe,
    NoiseRecipe,
    PublishedHaze,
    PublishedNoise,
    PublishedRain,
    RainRecipe,
    ShakeRecipe,
    ShowerRecipe,
    SmokeRecipe,
)
from schemas.url import Url

# Frozen: recipes have to name types that were published later.
_UNNAMED_TYPES = v1.DEGRADATIONS


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

    name: Annotated[Url, Field(min_length=1)]
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
    the degradations to use; null means haze, blur, rain and noise. `order` names them in the order
    in which they are applied; null is the physical order. `sampling` decides how
    photographs are used: `random` cuts random squares with random mixtures and leaves a
    `clean_share` clean; `grid` takes the central square, clean and with each mixture (15 of four
    types). With a `smallest_size`, random squares are scaled to sides from there to `size`, equally
    often in each octave, and enlarged by up to two times if necessary. With `alternatives`, samples
    follow each of them in turn, except for `clean_share`; a grid has none. With `lookalikes`, some
    clean photographs become ones that look degraded but are meant so (shallow depth of field,
    grain, mist). With `light`, some photographs are degraded in coded values. `algorithm` is raised
    when the code changes in a way that alters the bytes; what 5 could express has the same bytes
    under 6.
    """

    name: str
    algorithm: Literal[1, 2, 3, 4, 5, 6] = 6
    size: Annotated[int, Field(ge=32, le=8192)] = 512
    smallest_size: Annotated[int, Field(ge=32, le=8192)] | None = None
    types: tuple[str, ...] | None = None
    order: tuple[str, ...] | None = None
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

    def as_grid(self) -> "DegradationRecipe":
        """The recipe as it is measured on: each mixture and the clean photograph, for each."""
        return self.model_copy(update={"sampling": "grid"})

    @property
    def sources(self) -> tuple[str, ...]:
        """The names of the recipes that samples follow."""
        return tuple(one.name for one in self.alternatives or (self,))

    def all_types(self) -> tuple[str, ...]:
        """The types of degradation in use, including those of all alternatives."""
        followed = self.alternatives or (self,)
        named = (name for one in followed for name in one.types or _UNNAMED_TYPES)
        return tuple(dict.fromkeys(named))


EDGE_DEFAULT = DegradationRecipe(name="edge-default", algorithm=5)
"""All 15 combinations of the four types equally often, a tenth clean, some saved as JPEG."""

BENCHMARK = DegradationRecipe(
    name="benchmark",
    algorithm=5,
    sampling="grid",
    jpeg=JpegRecipe(probability=0.0),
)
"""The evaluation set: every combination and the clean photograph once for each photograph."""

EDGE_V2 = DegradationRecipe(
    name="edge-v2",
    algorithm=5,
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
    algorithm=5,
    alternatives=(
        EDGE_DEFAULT,
        EDGE_V2,
        _vary_size(EDGE_DEFAULT),
        _vary_size(EDGE_V2),
    ),
)
"""What a reasoner learns from: `edge-default` and `edge-v2`, half of each in all sizes, where three
of ten are partly restored."""

FIELD = DegradationRecipe(
    name="field",
    haze=HazeRecipe(light=Range(low=0.7, high=1.0), tint=0.0, severity=Range(low=10.0, high=70.0)),
    blur=BlurRecipe(shake=ShakeRecipe(probability=0.5), hard=0.5),
    rain=RainRecipe(
        length=Range(low=0.04, high=0.12),
        angle_deg=Range(low=45.0, high=135.0),
        opacity=Range(low=0.3, high=0.9),
        added=AddedRainRecipe(),
    ),
    noise=NoiseRecipe(read_share=Range(low=1.0, high=1.0), sigmas=(15.0, 25.0, 50.0)),
    jpeg=JpegRecipe(probability=0.5, quality=(60, 95)),
    light=LightRecipe(coded=1.0),
    depth=DepthRecipe(),
)
"""Degradations as in the data sets of the field, all of them in coded values.

Haze as in RESIDE, with A U(0.7, 1), grey, and the beta U(0.6, 1.8) of its data sets and more.
Gaussian noise, half of it with sigma 15, 25 or 50. Streaks as in Rain100. Half of the kernels are
hard.
"""

BENCHMARK_FIELD = FIELD.as_grid().model_copy(update={"name": "benchmark-field"})
"""The evaluation set of `field`: every combination and the clean photograph once for each."""


def _teach(recipe: DegradationRecipe) -> DegradationRecipe:
    """Mix both lights, so that neither is learned as a style, and add clean lookalikes."""
    coded = 0.7 if recipe.light else 0.3
    lookalikes = LookalikeRecipe(probability=0.6)
    return recipe.model_copy(update={"light": LightRecipe(coded=coded), "lookalikes": lookalikes})


REASONER_V2 = DegradationRecipe(
    name="reasoner-v2",
    clean_share=0.2,
    alternatives=tuple(
        _teach(recipe)
        for recipe in (
            EDGE_DEFAULT,
            EDGE_V2,
            FIELD,
            _vary_size(EDGE_DEFAULT),
            _vary_size(EDGE_V2),
            _vary_size(FIELD),
        )
    ),
)
"""What a reasoner learns from: light of both conventions, half of it in all sizes, and clean
photographs of which most look degraded but are meant so."""

RESTORER_V1 = DegradationRecipe(
    name="restorer-v1",
    alternatives=tuple(_teach(recipe) for recipe in (EDGE_DEFAULT, EDGE_V2, FIELD)),
)
"""What a restorer learns from: light of both conventions, and clean photographs of which most look
degraded but are meant so."""

CDD11 = DegradationRecipe(
    name="cdd11",
    types=("haze", "rain", "noise"),
    order=("noise", "rain", "haze"),
    sampling="grid",
    severity=Range(low=0.0, high=100.0),
    haze=HazeRecipe(
        light=Range(low=0.6, high=0.9),
        tint=0.0,
        published=PublishedHaze(beta=Range(low=1.0, high=2.0), farthest=0.7, smoothing_px=22),
    ),
    rain=RainRecipe(added=AddedRainRecipe(directions=(1, 1)), severity=Range(low=10.0, high=100.0)),
    noise=NoiseRecipe(published=PublishedNoise(sigma=Range(low=7.65, high=20.4))),
    jpeg=JpegRecipe(probability=0.0),
    light=LightRecipe(coded=1.0),
    depth=DepthRecipe(),
)
"""CDD-11 by the formulas of its code (Guo et al., OneRestore, 2024, `syn_data.py`), for testing.

In coded values: noise (which its code adds to dark photographs alone; low light is not ours), then
streaks are added, then haze is laid over them. Its masks of rain are photographed, ours drawn, and
it has no blur.
"""

AGENTICIR = DegradationRecipe(
    name="agenticir",
    sampling="grid",
    severity=Range(low=0.0, high=100.0),
    haze=HazeRecipe(
        light=Range(low=0.7, high=1.0),
        tint=0.0,
        published=PublishedHaze(beta=Range(low=0.6, high=1.8)),
    ),
    blur=BlurRecipe(published="imagecorruptions"),
    rain=RainRecipe(
        published=PublishedRain(
            drops=Range(low=0.5 / 256, high=1 / 256), length_px=Range(low=22.6, high=33.7)
        )
    ),
    noise=NoiseRecipe(
        published=PublishedNoise(sigma=Range(low=20.0, high=50.0), photons=Range(low=1.0, high=3.0))
    ),
    jpeg=JpegRecipe(probability=0.0),
    light=LightRecipe(coded=1.0),
    depth=DepthRecipe(),
)
"""AgenticIR by the formulas of its code (Zhu et al. 2024), for testing: all in coded values.

Its low light, low resolution and strong JPEG compression are not ours.
"""

CDD11_LIKE = DegradationRecipe(
    name="cdd11-like",
    algorithm=5,
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
    algorithm=5,
    haze=HazeRecipe(light=Range(low=0.7, high=1.0), tint=0.0, severity=Range(low=35.0, high=79.0)),
)
"""Haze as strong as in AgenticIR (Zhu et al., 2024): A U(0.7, 1), beta U(0.6, 1.8).

That is a mean transmission of 0.74 to 0.41 at the mean depth of 0.5. All else is `edge-default`.
"""

RECIPES: dict[str, DegradationRecipe] = {
    recipe.name: recipe
    for recipe in (
        EDGE_DEFAULT,
        BENCHMARK,
        EDGE_V2,
        FIELD,
        BENCHMARK_FIELD,
        REASONER_V1,
        REASONER_V2,
        RESTORER_V1,
        CDD11,
        AGENTICIR,
        CDD11_LIKE,
        AGENTICIR_LIKE,
    )
}
