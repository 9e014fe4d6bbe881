"""Shallow depth of field: one plane is sharp, and all else lies behind or before it.

The blur of a thin lens grows with the distance from the plane in focus; a round aperture makes
discs of it. Depths are divided into layers of one disc each. A layer is blurred together with all
that is farther out of focus but without what is sharper, so that a sharp subject leaves no halo
behind its edges. Lights that are brighter than white become bright discs.
"""

import cv2
import numpy as np

from rr_tasks.degrade.color import Linear
from rr_tasks.degrade.convolution import spread
from rr_tasks.degrade.depth import Depth
from rr_tasks.degrade.kernels import disc_kernel
from schemas.lookalike import BokehRecipe

_LAYERS = 5
_LARGEST_DISC = 12.0
"""Larger discs are drawn in a smaller photograph, which shows no difference."""
_WHITE, _HIGHLIGHTS = 0.8, 4.0
_LEAST_WEIGHT = 1e-3


def add_bokeh(image: Linear, depth: Depth, recipe: BokehRecipe, rng: np.random.Generator) -> Linear:
    """Blur everything but one plane of a photograph.

    Args:
        image: (H, W, 3) linear light, 0-1.
        depth: (H, W), 0 near to 1 far.
        recipe: how wide the discs are, and how much is in focus.
        rng: draws from the recipe, and where the plane lies.

    Returns:
        (H, W, 3) linear light, 0-1.
    """
    largest = recipe.extent.draw(rng) * min(image.shape[:2])
    defocus = _defocus(depth, float(rng.uniform(0.0, 0.7)), recipe.sharp.draw(rng))
    lit = image + np.float32(_HIGHLIGHTS) * np.maximum(image - np.float32(_WHITE), 0)
    result = image.copy()
    for layer in range(1, _LAYERS + 1):
        share = _ramp(defocus * np.float32(_LAYERS) - np.float32(layer - 1))
        if share.max() == 0:
            break
        blurred = _blur_behind(lit, share, largest * layer / _LAYERS)
        result += share[..., None] * (blurred - result)
    return np.clip(result, 0.0, 1.0, out=result)


def _defocus(depth: Depth, rank: float, sharp: float) -> Depth:
    """Return how far out of focus each place is, 0-1; a share `sharp` of all places is at 0.

    Args:
        depth: (H, W).
        rank: share of the places that are nearer than those in focus, if there are so many.
        sharp: share of the places in focus.
    """
    rank = min(rank, 1 - sharp)
    near, far = np.quantile(depth[::4, ::4], [rank, rank + sharp])
    beyond = np.maximum(np.float32(near) - depth, depth - np.float32(far))
    out = np.maximum(beyond, 0)
    return np.asarray(out / max(float(out.max()), 1e-6), np.float32)


def _ramp(value: Depth) -> Depth:
    return np.clip(value, 0.0, 1.0)


def _blur_behind(image: Linear, share: Depth, diameter: float) -> Linear:
    """Blur what belongs to a layer by its share, and nothing else, with a disc."""
    height, width = share.shape
    scale = min(1.0, _LARGEST_DISC / diameter)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    weighted = cv2.merge([*cv2.split(image * share[..., None]), share])
    small = cv2.resize(weighted, size, interpolation=cv2.INTER_AREA) if scale < 1 else weighted
    small = spread(np.asarray(small, np.float32), disc_kernel(max(1.0, diameter * scale)))
    wide = cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(wide[..., :3] / np.maximum(wide[..., 3:], np.float32(_LEAST_WEIGHT)))
