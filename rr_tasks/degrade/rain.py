"""Rain: layers of motion-blurred streaks over the scene, and the faint veil of distant drops.

I = J (1 - alpha) + L alpha with alpha = opacity * streaks, in linear light. Near layers have few
long wide streaks, far layers many short thin ones, as in layered rain models of the field (Garg
and Nayar 2006 for the look of single streaks); `rr_tasks.degrade.showers` adds perspective to them.
"""

import cv2
import numpy as np

from rr_tasks.degrade.blur import motion_kernel
from rr_tasks.degrade.color import Linear, blend, decode
from rr_tasks.degrade.convolution import Points, spread_points
from rr_tasks.degrade.depth import Depth
from rr_tasks.degrade.haze import scatter
from rr_tasks.degrade.severity import rain_alpha, rain_severity
from rr_tasks.degrade.showers import shower_map
from schemas.prior.current import Rain, RainParameters
from schemas.recipe import RainRecipe

# Length relative to the nearest layer, share of the coverage, softness (sigma, px).
_LAYERS = ((1.0, 0.4, 0.8), (0.6, 0.35, 0.55), (0.35, 0.25, 0.4))
_ANGLE_JITTER_DEG = 3.0
# Of a streak's brightest point: what is fainter changes no byte.
_FAINTEST = 1e-4
_MOST_SCALE, _MOST_STEPS, _SMALL_STEP = 64.0, 20, 1e-3
# At most the transmission of haze of severity 7: rain alone must not read as haze.
_VEIL_AT_100 = 0.05


def add_rain(
    image: Linear, depth: Depth, severity: float, recipe: RainRecipe, rng: np.random.Generator
) -> tuple[Linear, Rain]:
    """Let it rain with the given severity (0-100).

    Args:
        image: (H, W, 3) linear light, 0-1.
        depth: (H, W), 0 near to 1 far; the veil thickens with it.
        severity: see `rr_tasks.degrade.severity`.
        recipe: ranges of geometry and brightness.
        rng: draws everything else.
    """
    length = recipe.length.draw(rng) * min(image.shape[:2])
    angle = recipe.angle_deg.draw(rng) % 180.0
    opacity = recipe.opacity.draw(rng)
    target = rain_alpha(severity)
    density = target / opacity
    if recipe.shower is None:
        streaks = streak_map(image.shape[:2], density, length, angle, rng)
    else:
        shower = shower_map(
            depth, density, length=length, angle_deg=angle, recipe=recipe.shower, rng=rng
        )
        streaks = _brightened_to(shower, density)
    light = np.broadcast_to(decode(np.asarray(recipe.light.draw(rng))), 3)
    _, transmission = scatter(depth, 1 - _VEIL_AT_100 * severity / 100)
    share = streaks * np.float32(-opacity)
    share += np.float32(1)
    share *= transmission
    wet = blend(image, light, share)
    density = float(streaks.mean())
    parameters = RainParameters(density=density, length_px=length, angle_deg=angle, opacity=opacity)
    found = Rain(present=True, severity=rain_severity(density * opacity), parameters=parameters)
    return wet, found


def streak_map(
    shape: tuple[int, int],
    density: float,
    length: float,
    angle_deg: float,
    rng: np.random.Generator,
) -> Linear:
    """(H, W) streaks in 0-1 whose mean is `density`."""
    layers, kernels = [], []
    for stretch, share, softness in _LAYERS:
        area = max(1.0, stretch * length * 3 * softness)
        count = max(1, round(1.5 * density * share * shape[0] * shape[1] / area))
        rows, columns = rng.integers(shape[0], size=count), rng.integers(shape[1], size=count)
        drops = Points(rows, columns, rng.uniform(0.5, 1.0, size=count).astype(np.float32))
        tilt = angle_deg + rng.uniform(-_ANGLE_JITTER_DEG, _ANGLE_JITTER_DEG)
        kernel = cv2.GaussianBlur(
            np.pad(motion_kernel(stretch * length, tilt), 2), (0, 0), softness
        )
        layers.append(drops)
        _, seen = cv2.threshold(kernel / kernel.max(), _FAINTEST, 0.0, cv2.THRESH_TOZERO)
        kernels.append(seen)
    return _brightened_to(spread_points(layers, kernels, shape), density)


def _brightened_to(field: Linear, mean: float) -> Linear:
    """Scale and clip a field to 0-1 so that its mean comes out as asked, if it can."""
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
