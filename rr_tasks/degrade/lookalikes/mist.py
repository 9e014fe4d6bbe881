"""Morning mist: the air is clear up to some distance, and contrast is low beyond it."""

import numpy as np

from rr_tasks.degrade.color import Linear, blend, decode
from rr_tasks.degrade.depth import Depth
from schemas.lookalike import MistRecipe


def add_mist(image: Linear, depth: Depth, recipe: MistRecipe, rng: np.random.Generator) -> Linear:
    """Veil the distance of a photograph.

    Args:
        image: (H, W, 3) linear light, 0-1.
        depth: (H, W), 0 near to 1 far.
        recipe: where the mist begins, how dense and how bright it is.
        rng: draws from the recipe.
    """
    clear, farthest = recipe.clear.draw(rng), recipe.transmission.draw(rng)
    light = decode(np.full(3, recipe.light.draw(rng)))
    way = np.maximum(depth - np.float32(np.quantile(depth[::4, ::4], clear)), 0)
    way /= np.float32(max(float(way.max()), 1e-6))
    return blend(image, light, np.exp(np.float32(np.log(farthest)) * way))
