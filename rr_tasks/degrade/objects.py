"""Guesses depth from sky, ground, and objects that stand upright on the ground.

Regions of one colour are classified by their position: sky is wide and reaches the top, ground is
wide and reaches the bottom, and anything else stands where its foot is, so all of it is as far away
as the ground there (the "support" of Hoiem, Efros and Hebert, "Automatic photo pop-up", 2005).
"""

from collections.abc import Iterator
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from rr_tasks.degrade.color import Linear
from rr_tasks.degrade.depth import Depth, follow_edges

_SIDE = 128
_COLOURS = 6
_NEARNESS = 0.25
"""How much places count beside colours, both in 0-1, when regions are formed."""
_WIDE, _SMALLEST = 0.6, 0.004


class Region(NamedTuple):
    """A region of a photograph that is shrunk to 128 x 128 pixels.

    Attributes:
        mask: (128, 128), where it is.
        top: the first row of its bounding box.
        width: that of the box.
        height: that of the box.
        share: how much of the photograph it covers, 0-1.
    """

    mask: npt.NDArray[np.bool_]
    top: int
    width: int
    height: int
    share: float

    @property
    def foot(self) -> int:
        """The last row of the bounding box."""
        return self.top + self.height - 1


def standing_depth(image: Linear, rng: np.random.Generator) -> Depth:
    """Guess a depth map: receding ground, sky behind everything, objects upright where they stand.

    Args:
        image: (H, W, 3) linear light.
        rng: draws the horizon and how fast the ground recedes.

    Returns:
        (H, W) from 0 (near) to 1 (the farthest point).
    """
    horizon, pace = rng.uniform(0.1, 0.6), rng.uniform(0.8, 2.0)
    rows = np.linspace(0.0, 1.0, _SIDE, dtype=np.float32)
    plane = np.clip((1 - rows) / (1 - horizon), 0.0, 1.0).astype(np.float32) ** np.float32(pace)
    rough = np.repeat(plane[:, None], _SIDE, axis=1)
    for region in colour_regions(image):
        if region.width >= _WIDE * _SIDE and region.top == 0:
            rough[region.mask] = 1.0
        elif region.width < _WIDE * _SIDE or region.foot < _SIDE - 1:
            rough[region.mask] = plane[region.foot]
    return follow_edges(image, cv2.GaussianBlur(rough, (0, 0), 1.0))


def colour_regions(image: Linear) -> Iterator[Region]:
    """Find the connected regions of one colour that are not tiny.

    Args:
        image: (H, W, 3) linear light.
    """
    small = np.sqrt(cv2.resize(image, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA))
    colours = _colours(np.asarray(cv2.medianBlur(np.asarray(small, np.float32), 5)))
    for colour in range(_COLOURS):
        mask = np.asarray(colours == colour, np.uint8)
        count, regions, found, _ = cv2.connectedComponentsWithStats(mask)
        for number in range(1, count):
            _, top, width, height, area = (int(one) for one in found[number])
            if area >= _SMALLEST * _SIDE**2:
                yield Region(regions == number, top, width, height, area / _SIDE**2)


def _colours(small: Linear) -> np.ndarray:
    """Number the colours of all pixels, (`_SIDE`, `_SIDE`), by k-means that starts from greys."""
    y, x = np.mgrid[0:_SIDE, 0:_SIDE].astype(np.float32) * np.float32(_NEARNESS / _SIDE)
    points = np.dstack([small, x, y]).reshape(-1, 5)
    levels = np.quantile(small.mean(2), np.arange(1, _COLOURS) / _COLOURS)
    # Named first labels: OpenCV's own would come from a generator that all threads share.
    labels = np.digitize(small.mean(2), levels).astype(np.int32).reshape(-1, 1)
    stop = (cv2.TERM_CRITERIA_COUNT, 8, 0.0)
    _, labels, _ = cv2.kmeans(points, _COLOURS, labels, stop, 1, cv2.KMEANS_USE_INITIAL_LABELS)
    return np.asarray(labels.reshape(_SIDE, _SIDE))
