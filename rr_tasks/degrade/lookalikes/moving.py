"""Motion in the scene: one object moved during the exposure, and everything else is sharp.

The object is a region of one colour, or an ellipse if there is none. Along its path it covers each
place for a part of the exposure; for the rest, what is behind it shows, which is filled in from its
surroundings.
"""

import cv2
import numpy as np

from rr_tasks.degrade.color import Linear
from rr_tasks.degrade.convolution import Field, spread
from rr_tasks.degrade.kernels import motion_kernel
from rr_tasks.degrade.objects import colour_regions
from schemas.lookalike import MovingRecipe

_SMALLEST, _LARGEST = 0.015, 0.15
"""Of the photograph, that an object may cover."""
_SOLID = 0.45
"""Of its bounding box, that an object covers at least."""
_OUTLINE = 128
_GAPS = np.ones((7, 7), np.uint8)
"""Holes of this size are part of an object."""
_LONGEST_PATH = 48.0
"""Pixels; longer paths are drawn in a smaller photograph, which shows no difference."""
_FAINT = 0.01
"""Of the exposure, four times: so little leaves a place exactly as it was."""
_STEEPNESS_DEG = 12.0
_SURROUNDINGS = ((2.0, 1.0), (8.0, 0.01), (32.0, 0.0001))
"""Deviations in pixels of the small photograph, and weights: the nearest that is known counts."""


def smear_object(image: Linear, recipe: MovingRecipe, rng: np.random.Generator) -> Linear:
    """Smear one object of a photograph along its path.

    Args:
        image: (H, W, 3) linear light, 0-1.
        recipe: how long the path is.
        rng: draws the object and its path.
    """
    height, width = image.shape[:2]
    length = recipe.length.draw(rng) * min(height, width)
    angle, bend = float(rng.normal(0.0, _STEEPNESS_DEG)), float(rng.uniform(-0.2, 0.2))
    outline = _choose_object(image, rng)
    scale = min(1.0, _LONGEST_PATH / length)
    size = (round(width * scale), round(height * scale))
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA) if scale < 1 else image
    mask = cv2.GaussianBlur(cv2.resize(outline, size, interpolation=cv2.INTER_LINEAR), (0, 0), 1.0)
    moving = cv2.merge([*cv2.split(small * mask[..., None]), mask])
    seen = spread(np.asarray(moving, np.float32), motion_kernel(length * scale, angle, bend))
    behind = _fill(np.asarray(small, np.float32), mask)
    smeared = seen[..., :3] + (1 - seen[..., 3:]) * behind
    touched = np.clip(4 * np.maximum(mask, seen[..., 3]) - np.float32(_FAINT), 0, 1)
    smeared, touched = (
        np.asarray(cv2.resize(one, (width, height), interpolation=cv2.INTER_LINEAR))
        for one in (smeared, touched)
    )
    return np.clip(image + touched[..., None] * (smeared - image), 0.0, 1.0)


def _choose_object(image: Linear, rng: np.random.Generator) -> Field:
    """Draw an object, (128, 128): 1 where it is, 0 elsewhere; those that stand out are likelier."""
    fitting = [
        np.asarray(cv2.morphologyEx(region.mask.astype(np.float32), cv2.MORPH_CLOSE, _GAPS))
        for region in colour_regions(image)
        if _SMALLEST <= region.share <= _LARGEST
        and region.mask.sum() >= _SOLID * region.width * region.height
    ]
    if fitting:
        view = cv2.resize(image, (_OUTLINE, _OUTLINE), interpolation=cv2.INTER_AREA)
        chances = [_contrast(view, mask) * rng.random() for mask in fitting]
        return fitting[int(np.argmax(chances))]
    row, column = (int(one) for one in rng.integers(_OUTLINE // 4, 3 * _OUTLINE // 4, size=2))
    axes = [int(one) for one in rng.integers(_OUTLINE // 12, _OUTLINE // 5, size=2)]
    empty = np.zeros((_OUTLINE, _OUTLINE), np.float32)
    return np.asarray(cv2.ellipse(empty, (column, row), axes, 0, 0, 360, 1.0, -1))


def _contrast(image: Linear, mask: Field) -> float:
    """Return how far the mean colour of a region is from that of its surroundings."""
    around = cv2.dilate(mask, np.ones((15, 15), np.uint8)) - mask
    inside, outside = (cv2.mean(np.sqrt(image), one.astype(np.uint8))[:3] for one in (mask, around))
    return float(np.abs(np.subtract(inside, outside)).sum())


def _fill(image: Linear, mask: Field) -> Linear:
    """Replace what the mask covers by a smooth continuation of its surroundings."""
    size = (_OUTLINE, _OUTLINE)
    around = np.asarray(cv2.resize(1 - mask, size, interpolation=cv2.INTER_AREA) ** 4)
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA) * around[..., None]
    weighted = cv2.merge([*cv2.split(small), around])
    soft = sum(
        weight * cv2.GaussianBlur(weighted, (0, 0), sigma) for sigma, weight in _SURROUNDINGS
    )
    mean = np.asarray(soft[..., :3] / (soft[..., 3:] + np.float32(1e-6)), np.float32)
    wide = cv2.resize(mean, mask.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return np.asarray(image + mask[..., None] * (wide - image), np.float32)
