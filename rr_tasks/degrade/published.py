"""Degradations as the code of published data sets makes them, which is for testing alone.

They follow the formulas, not the files: depths and the photographed masks of some data sets are not
at hand, so depths are those of the recipe. Sources: haze of OneRestore (Guo et al. 2024,
`syn_data.py`) and of AgenticIR (Zhu et al. 2024, after RESIDE), whose kernels are those of
imagecorruptions (Hendrycks and Dietterich 2019) and whose rain is that of MiOIR (Kong et al. 2024).
"""

import cv2
import numpy as np

from rr_tasks.degrade.color import Values
from rr_tasks.degrade.convolution import Points, spread_points
from rr_tasks.degrade.depth import Depth
from rr_tasks.degrade.kernels import Kernel, motion_kernel
from schemas.ranges import PublishedHaze

# Levels of imagecorruptions that AgenticIR draws from: reach and sigma of a motion, radius and
# softness of a disc.
_MOTIONS = ((10, 3.0), (15, 5.0), (15, 8.0))
_DISCS = ((3, 0.1), (4, 0.5), (6, 0.5))
# What a filter of 3 x 3 pixels stands for in OpenCV.
_THREE_PIXELS_SIGMA = 0.8


def published_transmission(
    depth: Depth, severity: float, recipe: PublishedHaze
) -> tuple[float, Values]:
    """Return beta and exp(-beta d); the nearest point is clear.

    Args:
        depth: (H, W), 0 near to 1 far.
        severity: 0-100, the place of beta in its range.
        recipe: the range, and how the depth is prepared.
    """
    if recipe.smoothing_px is not None:
        depth = np.asarray(cv2.blur(depth, (recipe.smoothing_px,) * 2), np.float32)
    beta = recipe.beta.at(severity / 100)
    path = np.minimum(depth, np.float32(recipe.farthest))
    return beta, np.asarray(cv2.exp(np.float32(-beta) * path), np.float32)


def published_motion(severity: float, angle_deg: float) -> Kernel:
    """Return a kernel of imagecorruptions for a motion: half a gaussian, in whole pixels.

    It starts at its middle, so it also moves the photograph.

    Args:
        severity: 0-100, a third of which is a level.
        angle_deg: where a point of light moves to, counter-clockwise from the horizontal.
    """
    reach, sigma = _MOTIONS[_level(severity)]
    steps = np.arange(2 * reach + 1)
    angle = np.deg2rad(angle_deg)
    x = np.ceil(steps * np.cos(angle) - 0.5).astype(int)
    y = np.ceil(-steps * np.sin(angle) - 0.5).astype(int)
    side = 4 * reach + 1
    kernel = np.zeros((side, side))
    # A correlation turns its kernel by 180 degrees.
    np.add.at(kernel, (2 * reach - y, 2 * reach - x), np.exp(-(steps**2) / (2 * sigma**2)))
    return np.asarray(kernel / kernel.sum(), np.float32)


def published_disc(severity: float) -> Kernel:
    """Return a kernel of imagecorruptions for defocus: a disc of whole pixels, hardly softened."""
    radius, softness = _DISCS[_level(severity)]
    axis = np.arange(-radius - 2, radius + 3)
    disc = (np.add.outer(axis**2, axis**2) <= radius**2).astype(np.float32)
    return np.asarray(cv2.GaussianBlur(disc / disc.sum(), (3, 3), softness), np.float32)


def published_streaks(
    shape: tuple[int, int],
    drops: float,
    length: float,
    angle_deg: float,
    rng: np.random.Generator,
) -> Values:
    """Draw streaks as MiOIR does, (H, W): all alike, of which the brightest place is 1.

    Args:
        shape: height and width.
        drops: the share of the pixels where a streak is.
        length: of each, in pixels.
        angle_deg: their axis, counter-clockwise from the horizontal.
        rng: draws their places.
    """
    count = max(1, int(rng.binomial(shape[0] * shape[1], drops)))
    rows, columns = rng.integers(shape[0], size=count), rng.integers(shape[1], size=count)
    line = np.pad(motion_kernel(length, angle_deg), 1)
    streak = np.asarray(cv2.GaussianBlur(line, (3, 3), _THREE_PIXELS_SIGMA), np.float32)
    fallen = spread_points([Points(rows, columns, np.ones(count, np.float32))], [streak], shape)
    return np.asarray(fallen / fallen.max(), np.float32)


def _level(severity: float) -> int:
    return min(int(3 * severity / 100), 2)
