"""Smoke: plumes that rise from a few places, drift, widen and break up in turbulence.

Across its axis, a plume is a gaussian whose width is proportional to the height it has risen, as in
plumes of hot air (Morton, Taylor and Turner 1956). Smoke scatters and absorbs, so its light is
darker than that of haze: grey, or brown where small particles of tar absorb blue (Bond 2001). The
ranges are our own.
"""

import numpy as np
import numpy.typing as npt

from rr_tasks.degrade.clouds import WORKING_SIDE, Field, draw_clouds, enlarge
from rr_tasks.degrade.depth import Depth
from schemas.ranges import SmokeRecipe

WARM = np.array([1.0, 0.0, -1.0])
"""The direction in RGB from blue to warm light."""

_MOST_PLUMES = 3
_FIRST_WIDTH = 0.06
# Relative to the depth of the scene: how gradually a plume shows up behind what stands before it.
_SOFTNESS = 0.2


def smoke_light(recipe: SmokeRecipe, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """Draw the colour of the scattered light, (3,), sRGB-coded: grey to brown."""
    brightness, warmth = recipe.light.draw(rng), recipe.warmth.draw(rng)
    return np.clip(brightness + warmth * WARM, 0.0, 1.0)


def smoke_path(depth: Depth, recipe: SmokeRecipe, rng: np.random.Generator) -> Depth:
    """Draw how much smoke lies in front of each pixel.

    Args:
        depth: (H, W), 0 near to 1 far; plumes hide behind what is nearer than they are.
        recipe: the ranges of haze between the plumes and of turbulence.
        rng: draws the plumes.

    Returns:
        (H, W), positive; only its proportions matter.
    """
    count = int(rng.integers(1, _MOST_PLUMES + 1))
    plumes = np.sum([_plume(rng) for _ in range(count)], axis=0, dtype=np.float32)
    plumes *= np.exp(np.float32(recipe.turbulence.draw(rng)) * draw_clouds(rng))
    plumes /= plumes.mean()
    distance = rng.uniform(0.0, 0.3)
    behind = np.clip((depth - np.float32(distance)) / np.float32(_SOFTNESS), 0.0, 1.0)
    haze = np.float32(recipe.background.draw(rng))
    return np.asarray(haze + (1 - haze) * behind * enlarge(plumes, depth.shape), np.float32)


def _plume(rng: np.random.Generator) -> Field:
    """Draw a plume on the unit square, with its source in the lower part or just below."""
    axis = np.linspace(0.0, 1.0, WORKING_SIDE, dtype=np.float32)
    x, y = np.meshgrid(axis, axis)
    source_x, source_y = rng.uniform(0.0, 1.0), rng.uniform(0.6, 1.2)
    drift, spread = rng.uniform(-1.0, 1.0), rng.uniform(0.15, 0.4)
    risen = np.maximum(source_y - y, 0.0)
    sway = 0.5 * risen * enlarge(draw_clouds(rng), x.shape) * spread
    width = _FIRST_WIDTH + spread * risen
    across = (x - source_x - drift * risen - sway) / width
    above = np.clip((source_y - y) / _FIRST_WIDTH, 0.0, 1.0)
    return np.asarray(above * np.exp(-0.5 * across**2) / width, dtype=np.float32)
