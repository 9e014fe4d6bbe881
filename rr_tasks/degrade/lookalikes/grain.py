"""Film grain: fine, softly clumped, strongest in mid grey, and mostly the same in all channels.

The deviation follows that of silver grains in a developed film, which cover a share p of the
surface: sqrt(p (1 - p)), nothing in black and white (Newson et al., "A stochastic film grain model
for resolution-independent rendering", 2017).
"""

import cv2
import numpy as np

from rr_tasks.photographs.pixels import Bytes
from schemas.lookalike import GrainRecipe


def add_grain(photograph: Bytes, recipe: GrainRecipe, rng: np.random.Generator) -> Bytes:
    """Lay grain over a photograph.

    Args:
        photograph: (H, W, 3) sRGB bytes.
        recipe: how strong, how fine and how colourful the grain is.
        rng: draws from the recipe, and the grains.
    """
    deviation, size, colour = (
        span.draw(rng) for span in (recipe.deviation, recipe.size_px, recipe.colour)
    )
    height, width, channels = photograph.shape
    shared = _draw_grain((height, width, 1), size, rng)
    own = _draw_grain((height, width, channels), size, rng)
    grain = np.float32(np.sqrt(1 - colour**2)) * shared + np.float32(colour) * own
    codes = photograph.astype(np.float32)
    strength = np.sqrt(codes * (255 - codes)) * np.float32(2 * deviation)
    return np.asarray(np.rint(np.clip(codes + strength * grain, 0, 255)), np.uint8)


def _draw_grain(shape: tuple[int, int, int], size: float, rng: np.random.Generator) -> np.ndarray:
    """Draw (H, W, C) of softened noise of deviation 1."""
    field = cv2.GaussianBlur(rng.standard_normal(shape, dtype=np.float32), (0, 0), size)
    field = field.reshape(shape)
    return np.asarray(field / field.std(), np.float32)
