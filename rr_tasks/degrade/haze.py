"""Haze by the atmospheric scattering model: I = J t + A (1 - t), t = exp(-beta d m).

Koschmieder's law as used by the field (McCartney 1976; Narasimhan and Nayar 2002), in linear
light. The density m has mean 1; it is 1 everywhere in an even haze and a log-normal field of clouds
in a heterogeneous one. Smoke has plumes in the place of d m. Published ranges for comparison:
AgenticIR A U(0.7, 1), beta U(0.6, 1.8); CDD-11 beta U(1, 2), A U(0.6, 0.9).
"""

import cv2
import numpy as np
import numpy.typing as npt

from rr_tasks.degrade.clouds import clouds, enlarge
from rr_tasks.degrade.color import Linear, blend, decode
from rr_tasks.degrade.depth import Depth
from rr_tasks.degrade.severity import haze_severity, haze_transmission
from rr_tasks.degrade.smoke import WARM, smoke_light, smoke_path
from schemas.prior.current import Haze, HazeParameters
from schemas.recipe import HazeRecipe

_NEAREST = 0.15
# The error after a step is about the square of the step, relative to beta.
_MOST_STEPS, _SMALL_STEP = 40, 1e-4


def add_haze(
    image: Linear, depth: Depth, severity: float, recipe: HazeRecipe, rng: np.random.Generator
) -> tuple[Linear, Haze]:
    """Veil a scene so that its mean transmission has the given severity.

    Args:
        image: (H, W, 3) linear light, 0-1.
        depth: (H, W), 0 near to 1 far.
        severity: 0-100, see `rr_tasks.degrade.severity`.
        recipe: ranges of airlight, density and smoke.
        rng: draws the airlight, the clouds and the plumes.
    """
    target = haze_transmission(severity)
    if recipe.smoke is not None and rng.random() < recipe.smoke.probability:
        light = smoke_light(recipe.smoke, rng)
        path = smoke_path(depth, recipe.smoke, rng)
        path *= _distance(depth).mean() / path.mean()  # so that beta stays comparable
        beta, transmission = _fade(path, target)
    else:
        light = _airlight(recipe, rng)
        if recipe.heterogeneity is None:
            beta, transmission = scatter(depth, target)
        else:
            path = _distance(depth) * _density(recipe.heterogeneity.draw(rng), depth.shape, rng)
            beta, transmission = _fade(path, target)
    hazy = blend(image, decode(light), transmission)
    mean = float(transmission.mean())
    red, green, blue = (float(channel) for channel in light)
    parameters = HazeParameters(atmospheric_light=(red, green, blue), transmission=mean, beta=beta)
    return hazy, Haze(present=True, severity=haze_severity(mean), parameters=parameters)


def scatter(depth: Depth, mean_transmission: float) -> tuple[float, Depth]:
    """Find beta such that exp(-beta d) has the given mean; return it with the transmission map.

    The nearest point lies at a distance of its own, so that even the foreground is veiled.
    """
    return _fade(_distance(depth), mean_transmission)


def _distance(depth: Depth) -> Depth:
    return np.asarray(_NEAREST + (1 - _NEAREST) * depth, dtype=np.float32)


def _airlight(recipe: HazeRecipe, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    brightness = recipe.light.draw(rng)
    tint = rng.uniform(-recipe.tint, recipe.tint, size=3)
    colour = brightness + tint - tint.mean()
    if recipe.warmth is not None:
        colour += recipe.warmth.draw(rng) * WARM
    return np.asarray(np.clip(colour, 0.0, 1.0))


def _density(heterogeneity: float, shape: tuple[int, int], rng: np.random.Generator) -> Depth:
    density = np.exp(np.float32(heterogeneity) * clouds(rng))
    return enlarge(density / density.mean(), shape)


def _fade(path: Depth, mean_transmission: float) -> tuple[float, Depth]:
    sample = path[::4, ::4].astype(np.float64)
    beta = -np.log(mean_transmission) / float(sample.mean())
    # Newton on log mean(exp(-beta d)), which is convex and smooth: it never overshoots.
    for _ in range(_MOST_STEPS):
        fading = np.exp(-beta * sample)
        mean = fading.mean()
        step = mean / (fading * sample).mean() * np.log(mean / mean_transmission)
        beta += step
        if abs(step) < _SMALL_STEP * beta:
            break
    return float(beta), np.asarray(cv2.exp(-np.float32(beta) * path), np.float32)
