"""Streaks of rain in flat layers, or in a few directions as data sets draw them."""

import cv2
import numpy as np

from rr_tasks.degrade.color import Values
from rr_tasks.degrade.convolution import Points, spread_points
from rr_tasks.degrade.kernels import Kernel, motion_kernel
from schemas.prior.rain import RainParameters
from schemas.ranges import AddedRainRecipe

# Length relative to the nearest layer, share of the coverage, softness (sigma, px).
_LAYERS = ((1.0, 0.4, 0.8), (0.6, 0.35, 0.55), (0.35, 0.25, 0.4))
_ANGLE_JITTER_DEG = 3.0
# Of a streak's brightest point: what is fainter changes no byte.
_FAINTEST = 1e-4
_MOST_SCALE, _MOST_STEPS, _SMALL_STEP = 64.0, 20, 1e-3


def streak_map(
    shape: tuple[int, int],
    density: float,
    length: float,
    angle_deg: float,
    rng: np.random.Generator,
) -> Values:
    """Draw streaks, (H, W) in 0-1, whose mean is `density`."""
    layers, kernels = [], []
    for stretch, share, softness in _LAYERS:
        layers.append(_drops(shape, _count(shape, density, share, stretch * length, softness), rng))
        tilt = angle_deg + rng.uniform(-_ANGLE_JITTER_DEG, _ANGLE_JITTER_DEG)
        kernels.append(_streak(stretch * length, tilt, softness))
    return brighten_to(spread_points(layers, kernels, shape), density)


def added_streaks(
    shape: tuple[int, int],
    wanted: RainParameters,
    recipe: AddedRainRecipe,
    rng: np.random.Generator,
) -> Values:
    """Draw streaks of one length in one or more directions, (H, W) in 0-1.

    Args:
        shape: height and width.
        wanted: the density, length and first direction.
        recipe: the ranges of width, number and spread of the directions.
        rng: draws everything else.
    """
    softness = recipe.width.draw(rng)
    number = int(rng.integers(*recipe.directions, endpoint=True))
    turns = [0.0, *rng.uniform(-recipe.spread_deg, recipe.spread_deg, number - 1)]
    count = _count(shape, wanted.density, 1 / number, wanted.length_px, softness)
    layers = [_drops(shape, count, rng) for _ in turns]
    kernels = [_streak(wanted.length_px, wanted.angle_deg + turn, softness) for turn in turns]
    return brighten_to(spread_points(layers, kernels, shape), wanted.density)


def brighten_to(field: Values, mean: float) -> Values:
    """Scale and clip a field to 0-1 so that it has the requested mean, if possible."""
    wanted, light = mean * field.size, cv2.sumElems(field)[0]
    if not wanted or not light:
        return np.zeros_like(field)
    scale = min(wanted / light, _MOST_SCALE)
    # Newton's method on the sum, which is concave in the scale: it comes from below.
    for _ in range(_MOST_STEPS):
        _, clipped = cv2.threshold(field, 1 / scale, 0.0, cv2.THRESH_TRUNC)
        total = cv2.sumElems(clipped)[0]
        growing = total - cv2.countNonZero(cv2.compare(field, 1 / scale, cv2.CMP_GE)) / scale
        before = scale
        scale = min(scale + (wanted - scale * total) / max(growing, 1e-6), _MOST_SCALE)
        if scale - before < _SMALL_STEP * scale:
            break
    return np.asarray(np.minimum(field * np.float32(scale), 1.0), dtype=np.float32)


def _count(
    shape: tuple[int, int], density: float, share: float, length: float, softness: float
) -> int:
    """Return how many streaks of this size cover their share of the density."""
    area = max(1.0, length * 3 * softness)
    return max(1, round(1.5 * density * share * shape[0] * shape[1] / area))


def _drops(shape: tuple[int, int], count: int, rng: np.random.Generator) -> Points:
    """Draw points of random brightness."""
    rows, columns = rng.integers(shape[0], size=count), rng.integers(shape[1], size=count)
    return Points(rows, columns, rng.uniform(0.5, 1.0, size=count).astype(np.float32))


def _streak(length: float, angle_deg: float, softness: float) -> Kernel:
    line = np.pad(motion_kernel(length, angle_deg), 2)
    kernel = cv2.GaussianBlur(line, (0, 0), softness)
    _, seen = cv2.threshold(kernel / kernel.max(), _FAINTEST, 0.0, cv2.THRESH_TOZERO)
    return np.asarray(seen, np.float32)
