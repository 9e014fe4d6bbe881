"""Rain in perspective: uneven, converging layers from near to far, hidden by what is nearer.

A drop at distance z leaves a streak with 1 / z of the length and width (Garg and Nayar 2006). A
farther layer shows more drops, in proportion to how much less each covers, so all layers cover the
same share. For a camera that looks up or down, streaks converge, as all parallel lines do. The
ranges are our own.
"""

import cv2
import numpy as np

from rr_tasks.degrade.clouds import WORKING_SIDE, Field, draw_clouds
from rr_tasks.degrade.convolution import Points, spread_points
from rr_tasks.degrade.depth import Depth
from rr_tasks.degrade.kernels import Kernel, motion_kernel
from schemas.ranges import ShowerRecipe

# Distance of the farthest layer relative to the nearest one.
_FARTHEST = 4.0
# Depth of the scene in front of which no streak of the far layers is seen, and its softness.
_CURTAIN, _CURTAIN_SOFTNESS = 0.25, 0.2
_NEAR_LAYERS = 2
_REFERENCE_SIDE = 512
_THINNEST = 0.4


def shower_map(
    depth: Depth,
    density: float,
    *,
    length: float,
    angle_deg: float,
    recipe: ShowerRecipe,
    rng: np.random.Generator,
) -> Field:
    """Draw streaks that are not yet scaled to their density.

    Args:
        depth: (H, W), 0 near to 1 far.
        density: the coverage to which they will be scaled, which determines their number.
        length: that of the nearest streaks, in pixels.
        angle_deg: the axis in the middle, counter-clockwise from the horizontal.
        recipe: the ranges of layers, width, gusts and convergence.
        rng: draws everything else.

    Returns:
        (H, W), not negative.
    """
    distances = np.geomspace(1.0, _FARTHEST, int(rng.integers(*recipe.layers, endpoint=True)))
    width = recipe.width.draw(rng) * min(depth.shape) / _REFERENCE_SIDE
    gusts = np.exp(np.float32(recipe.gusts.draw(rng)) * draw_clouds(rng))
    behind = np.clip((depth - np.float32(_CURTAIN)) / np.float32(_CURTAIN_SOFTNESS), 0.0, 1.0)
    # Of the layers, as many as are seen: where most is near, more drops fall in front of it.
    seen = _NEAR_LAYERS + (len(distances) - _NEAR_LAYERS) * float(behind.mean())
    drops, kernels = [], []
    for distance in distances:
        softness = max(_THINNEST, width / distance)
        streak = max(1.0, length / distance)
        count = 1.5 * density / seen * depth.size / max(1.0, 3 * streak * softness)
        drops.append(_drops(depth.shape, max(1, round(count)), gusts, rng))
        tilt = angle_deg + rng.uniform(-recipe.jitter_deg, recipe.jitter_deg)
        kernels.append(_streak(streak, tilt, softness))
    near = spread_points(drops[:_NEAR_LAYERS], kernels[:_NEAR_LAYERS], depth.shape)
    far = spread_points(drops[_NEAR_LAYERS:], kernels[_NEAR_LAYERS:], depth.shape)
    convergence = recipe.convergence.draw(rng)
    near, far = (_converge(layer, convergence) for layer in (near, far))
    far *= behind
    return near + far


def _drops(shape: tuple[int, int], count: int, gusts: Field, rng: np.random.Generator) -> Points:
    """Draw points of random brightness for drops, more of them where gusts are strong."""
    chance = gusts / gusts.max()
    tries = round(count / float(chance.mean()))
    rows, columns = rng.integers(shape[0], size=tries), rng.integers(shape[1], size=tries)
    here = chance[rows * WORKING_SIDE // shape[0], columns * WORKING_SIDE // shape[1]]
    kept = rng.random(tries) < here
    values = rng.uniform(0.5, 1.0, size=int(kept.sum())).astype(np.float32)
    return Points(rows[kept], columns[kept], values)


def _streak(length: float, angle_deg: float, softness: float) -> Kernel:
    border = int(np.ceil(3 * softness))
    line = np.pad(motion_kernel(length, angle_deg), border)
    kernel = cv2.GaussianBlur(line, (0, 0), softness)
    return np.asarray(kernel / kernel.max(), dtype=np.float32)


def _converge(field: Field, convergence: float) -> Field:
    """Shear columns by their distance from the middle, so that vertical lines meet."""
    height, width = field.shape
    x, y = np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)[:, None]
    from_middle = x - np.float32((width - 1) / 2)
    lean = np.float32(convergence) * (y / height - np.float32(0.5))
    source = x + from_middle * lean
    rows = np.broadcast_to(y, field.shape).copy()
    mirrored = cv2.BORDER_REFLECT_101
    return np.asarray(cv2.remap(field, source, rows, cv2.INTER_LINEAR, borderMode=mirrored))
