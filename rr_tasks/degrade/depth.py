"""A procedural scene depth, for photographs without a depth map."""

import cv2
import numpy as np
import numpy.typing as npt

from rr_tasks.degrade.color import Linear

Depth = npt.NDArray[np.float32]

_WORKING_SIDE = 128
_EDGE_SOFTNESS = 1e-3


def scene_depth(image: Linear, rng: np.random.Generator) -> Depth:
    """Guess a depth map: a ground plane that recedes upwards, with relief that follows edges.

    Args:
        image: (H, W, 3) linear light.
        rng: draws the horizon and the relief.

    Returns:
        (H, W) from 0 (near) to 1 (the farthest point).
    """
    horizon = rng.uniform(0.1, 0.6)
    rows = np.linspace(0.0, 1.0, _WORKING_SIDE, dtype=np.float32)
    plane = np.clip((1 - rows) / (1 - horizon), 0.0, 1.0) ** rng.uniform(0.8, 2.0)
    relief = cv2.resize(
        rng.standard_normal((5, 5), dtype=np.float32),
        (_WORKING_SIDE, _WORKING_SIDE),
        interpolation=cv2.INTER_CUBIC,
    )
    rough = plane[:, None] + rng.uniform(0.1, 0.25) * relief
    return follow_edges(image, rough.astype(np.float32))


def follow_edges(image: Linear, rough: Depth) -> Depth:
    """Fit a rough map to the size and the edges of a photograph, and stretch it to 0-1.

    Args:
        image: (H, W, 3) linear light.
        rough: (128, 128).
    """
    height, width = image.shape[:2]
    grey = np.sqrt(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY))
    small = cv2.resize(grey, (_WORKING_SIDE, _WORKING_SIDE), interpolation=cv2.INTER_AREA)
    slope, offset = _guided_coefficients(small, rough)
    depth = cv2.resize(slope, (width, height))
    depth *= grey
    depth += cv2.resize(offset, (width, height))
    low, high, _, _ = cv2.minMaxLoc(depth)
    depth -= np.float32(low)
    depth /= np.float32(max(high - low, 1e-6))
    return np.asarray(depth, dtype=np.float32)


def _guided_coefficients(guide: Depth, target: Depth) -> tuple[Depth, Depth]:
    """Fit target = a guide + b locally, as the guided filter does (He, Sun and Tang 2010)."""

    def mean(field: Depth) -> Depth:
        return np.asarray(cv2.blur(field, (25, 25)), dtype=np.float32)

    guide_mean, target_mean = mean(guide), mean(target)
    covariance = mean(guide * target) - guide_mean * target_mean
    variance = mean(guide * guide) - guide_mean**2
    slope = covariance / (variance + _EDGE_SOFTNESS)
    offset = target_mean - slope * guide_mean
    return mean(slope), mean(offset)
