"""Haze by the atmospheric scattering model: I = J t + A (1 - t), t = exp(-beta d).

Koschmieder's law as used by the field (McCartney 1976; Narasimhan and Nayar 2002), in linear
light. Published ranges for comparison: AgenticIR A U(0.7, 1), beta U(0.6, 1.8); CDD-11 beta
U(1, 2), A U(0.6, 0.9).
"""

import numpy as np

from rr_tasks.degrade.color import Linear, blend, decode
from rr_tasks.degrade.depth import Depth
from rr_tasks.degrade.severity import haze_severity, haze_transmission
from schemas.prior.current import Haze, HazeParameters
from schemas.recipe import HazeRecipe

_NEAREST = 0.15


def add_haze(
    image: Linear, depth: Depth, severity: float, recipe: HazeRecipe, rng: np.random.Generator
) -> tuple[Linear, Haze]:
    """Veil a scene so that its mean transmission has the given severity.

    Args:
        image: (H, W, 3) linear light, 0-1.
        depth: (H, W), 0 near to 1 far.
        severity: 0-100, see `rr_tasks.degrade.severity`.
        recipe: range of the airlight.
        rng: draws the airlight.
    """
    brightness = recipe.light.draw(rng)
    tint = rng.uniform(-recipe.tint, recipe.tint, size=3)
    light = np.clip(brightness + tint - tint.mean(), 0.0, 1.0)
    beta, transmission = scatter(depth, haze_transmission(severity))
    hazy = blend(image, decode(light), transmission)
    mean = float(transmission.mean())
    red, green, blue = (float(channel) for channel in light)
    parameters = HazeParameters(atmospheric_light=(red, green, blue), transmission=mean, beta=beta)
    return hazy, Haze(present=True, severity=haze_severity(mean), parameters=parameters)


def scatter(depth: Depth, mean_transmission: float) -> tuple[float, Depth]:
    """Find beta such that exp(-beta d) has the given mean; return it with the transmission map.

    The nearest point lies at a distance of its own, so that even the foreground is veiled.
    """
    distance = _NEAREST + (1 - _NEAREST) * depth
    sample = distance[::4, ::4].astype(np.float64)
    beta = -np.log(mean_transmission) / float(sample.mean())
    for _ in range(6):  # Newton on log mean(exp(-beta d)), which is convex and smooth
        fading = np.exp(-beta * sample)
        mean = fading.mean()
        beta += mean / (fading * sample).mean() * np.log(mean / mean_transmission)
    return float(beta), np.exp(-np.float32(beta) * distance)
