"""Degrades one photograph with any mixture of types, in the order in which light meets them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import combinations

import cv2
import numpy as np

from rr_tasks.degrade.catalogue import CATALOGUE, Catalogue
from rr_tasks.degrade.color import Bytes, to_linear
from rr_tasks.degrade.depth import Depth, scene_depth
from rr_tasks.degrade.depth_model import model_depth
from rr_tasks.degrade.light import CONVENTIONS
from rr_tasks.degrade.objects import standing_depth
from rr_tasks.degrade.physics import AnyPhysics, TypeRanges
from rr_tasks.degrade.streams import Streams
from schemas.prior.current import DEGRADATIONS, AnyFinding
from schemas.prior.light import Light
from schemas.recipe import DegradationRecipe, DepthRecipe, JpegRecipe, LightRecipe

Combination = tuple[str, ...]


@cache
def list_combinations(types: tuple[str, ...]) -> tuple[Combination, ...]:
    """List all non-empty mixtures of these types, singles first."""
    return tuple(
        mixture for count in range(1, len(types) + 1) for mixture in combinations(types, count)
    )


COMBINATIONS = list_combinations(DEGRADATIONS)
"""All 15 mixtures of the four types."""


@dataclass(frozen=True)
class Degraded:
    """A degraded photograph, (H, W, 3) sRGB bytes, and the truth about the types of its recipe."""

    image: Bytes
    findings: Mapping[str, AnyFinding]


def draw_severities(
    combination: Combination,
    recipe: DegradationRecipe,
    rng: np.random.Generator,
    catalogue: Catalogue = CATALOGUE,
) -> dict[str, float]:
    """Draw one severity for each type of the combination."""
    own = {name: _ranges(catalogue[name], recipe).severity for name in combination}
    return {name: (severity or recipe.severity).draw(rng) for name, severity in own.items()}


def degrade(
    clean: Bytes,
    severities: Mapping[str, float],
    recipe: DegradationRecipe,
    rng: np.random.Generator,
    depth: Depth | None = None,
    *,
    catalogue: Catalogue = CATALOGUE,
) -> Degraded:
    """Apply degradations in the order in which light meets them, then a JPEG save.

    A recipe may name another order. With `recipe.partial`, some results are blended with the clean
    photograph before the save.

    Args:
        clean: (H, W, 3) sRGB bytes.
        severities: 0-100 for each type that is to be present.
        recipe: ranges of everything but the severities.
        rng: the only source of randomness; each type draws from its own stream, so adding a type
            does not change the others.
        depth: (H, W), 0 near to 1 far; if it is None, the recipe's model estimates it, or it is
            guessed.
        catalogue: the types that exist.

    Raises:
        MissingDepthModelError: the recipe names a depth model that cannot be loaded.
    """
    streams = Streams(rng)

    @cache
    def find_depth() -> Depth:
        if depth is not None:
            return depth
        return _estimate_depth(clean, recipe.depth, streams["depth"])

    light = _draw_light(recipe.light, streams["light"])
    convention = CONVENTIONS[light]
    # Decoded again where it is needed: keeping it would cost more time, for fresh memory.
    image, parameters = convention.read(clean), {}
    chosen = (catalogue[name] for name in severities)
    for physics in sorted(chosen, key=lambda physics: _place(physics, recipe)):
        name, ranges = physics.name, _ranges(physics, recipe)
        image, parameters[name] = physics.add(
            image, severities[name], ranges, streams[name], find_depth, light=light
        )
    chance = streams["partial"]
    if severities and recipe.partial and chance.random() < recipe.partial.probability:
        share = recipe.partial.share.draw(chance)
        image = np.asarray(cv2.addWeighted(image, share, convention.read(clean), 1 - share, 0.0))
        parameters = {
            name: catalogue[name].dilute(full, share) for name, full in parameters.items()
        }
    degraded = convention.write(image) if severities else clean
    short_side = min(clean.shape[:2])
    findings = {name: catalogue[name].find(one, short_side) for name, one in parameters.items()}
    absent = {name: catalogue[name].finding.absent() for name in recipe.all_types()}
    return Degraded(_save_as_jpeg(degraded, recipe.jpeg, streams["jpeg"]), absent | findings)


def _place(physics: AnyPhysics, recipe: DegradationRecipe) -> int:
    return physics.stage if recipe.order is None else recipe.order.index(physics.name)


def _draw_light(recipe: LightRecipe | None, rng: np.random.Generator) -> Light:
    return "coded" if recipe is not None and rng.random() < recipe.coded else "linear"


def _ranges(physics: AnyPhysics, recipe: DegradationRecipe) -> TypeRanges:
    """Return what a recipe says about a type, or the defaults if it says nothing."""
    own: TypeRanges | None = getattr(recipe, physics.name, None)
    return own or physics.ranges()


def _estimate_depth(clean: Bytes, recipe: DepthRecipe | None, rng: np.random.Generator) -> Depth:
    if recipe is None or (recipe.model is None and recipe.guess == "relief"):
        return scene_depth(to_linear(clean), rng)
    if recipe.model is None:
        return standing_depth(to_linear(clean), rng)
    return model_depth(clean, recipe.model)


def _save_as_jpeg(image: Bytes, recipe: JpegRecipe, rng: np.random.Generator) -> Bytes:
    if rng.random() >= recipe.probability:
        return image
    quality = int(rng.integers(recipe.quality[0], recipe.quality[1] + 1))
    bgr = cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
    _, packed = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])
    unpacked = cv2.imdecode(packed, cv2.IMREAD_COLOR_RGB)
    return np.asarray(unpacked, dtype=np.uint8)
