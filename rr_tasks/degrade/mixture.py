"""Degrades one photograph with any mixture of the four types, in physical order."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import cv2
import numpy as np

from rr_tasks.degrade.blur import add_blur
from rr_tasks.degrade.color import Bytes, Linear, to_bytes, to_linear
from rr_tasks.degrade.depth import Depth, scene_depth
from rr_tasks.degrade.depth_model import model_depth
from rr_tasks.degrade.haze import add_haze
from rr_tasks.degrade.noise import add_noise
from rr_tasks.degrade.objects import standing_depth
from rr_tasks.degrade.partial import partial_blur, partial_haze, partial_noise, partial_rain
from rr_tasks.degrade.rain import add_rain
from schemas.prior.current import DEGRADATIONS, AnyFinding, Blur, DegradationName, Haze, Noise, Rain
from schemas.recipe import DegradationRecipe, DepthRecipe, JpegRecipe

Combination = tuple[DegradationName, ...]

COMBINATIONS: tuple[Combination, ...] = tuple(
    mixture
    for count in range(1, len(DEGRADATIONS) + 1)
    for mixture in combinations(DEGRADATIONS, count)
)
"""All 15 non-empty mixtures of the four types, singles first."""


@dataclass(frozen=True)
class Degraded:
    """A degraded photograph, (H, W, 3) sRGB bytes, and the truth about each type."""

    image: Bytes
    findings: Mapping[str, AnyFinding]


def draw_severities(
    combination: Combination, recipe: DegradationRecipe, rng: np.random.Generator
) -> dict[DegradationName, float]:
    """Draw one severity for each type of the combination."""
    return {
        name: (getattr(recipe, name).severity or recipe.severity).draw(rng) for name in combination
    }


def degrade(
    clean: Bytes,
    severities: Mapping[DegradationName, float],
    recipe: DegradationRecipe,
    rng: np.random.Generator,
    depth: Depth | None = None,
) -> Degraded:
    """Apply haze, rain, camera blur, sensor noise and a JPEG save, in this order.

    With `recipe.partial`, some are blended with the clean photograph before they are saved.

    Args:
        clean: (H, W, 3) sRGB bytes.
        severities: 0-100 for each type that is to be present.
        recipe: ranges of everything but the severities.
        rng: the only source of chance; each type draws from a stream of its own, so that adding
            one type does not change another.
        depth: (H, W), 0 near to 1 far, where it is known; else the recipe's model estimates it, or
            it is guessed.

    Raises:
        MissingDepthModelError: the recipe names a depth model that cannot be loaded.
    """
    streams = dict(zip((*DEGRADATIONS, "depth", "jpeg", "partial"), rng.spawn(7), strict=True))
    haze, blur = Haze(present=False, severity=0.0), Blur(present=False, severity=0.0)
    rain, noise = Rain(present=False, severity=0.0), Noise(present=False, severity=0.0)
    image = to_linear(clean)
    if depth is None and ("haze" in severities or "rain" in severities):
        depth = _estimated_depth(clean, image, recipe.depth, streams["depth"])
    if depth is not None and "haze" in severities:
        image, haze = add_haze(image, depth, severities["haze"], recipe.haze, streams["haze"])
    if depth is not None and "rain" in severities:
        image, rain = add_rain(image, depth, severities["rain"], recipe.rain, streams["rain"])
    if "blur" in severities:
        image, blur = add_blur(image, severities["blur"], recipe.blur, streams["blur"])
    if "noise" in severities:
        image, noise = add_noise(image, severities["noise"], recipe.noise, streams["noise"])
    if severities and recipe.partial and streams["partial"].random() < recipe.partial.probability:
        share = recipe.partial.share.draw(streams["partial"])
        image = np.asarray(cv2.addWeighted(image, share, to_linear(clean), 1 - share, 0.0))
        haze, blur = partial_haze(haze, share), partial_blur(blur, share, min(clean.shape[:2]))
        rain, noise = partial_rain(rain, share), partial_noise(noise, share)
    degraded = to_bytes(image) if severities else clean
    saved = _save_as_jpeg(degraded, recipe.jpeg, streams["jpeg"])
    return Degraded(saved, {"haze": haze, "blur": blur, "rain": rain, "noise": noise})


def _estimated_depth(
    clean: Bytes, image: Linear, recipe: DepthRecipe | None, rng: np.random.Generator
) -> Depth:
    if recipe is None or (recipe.model is None and recipe.guess == "relief"):
        return scene_depth(image, rng)
    if recipe.model is None:
        return standing_depth(image, rng)
    return model_depth(clean, recipe.model)


def _save_as_jpeg(image: Bytes, recipe: JpegRecipe, rng: np.random.Generator) -> Bytes:
    if rng.random() >= recipe.probability:
        return image
    quality = int(rng.integers(recipe.quality[0], recipe.quality[1] + 1))
    bgr = cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
    _, packed = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])
    unpacked = cv2.imdecode(packed, cv2.IMREAD_COLOR_RGB)
    return np.asarray(unpacked, dtype=np.uint8)
