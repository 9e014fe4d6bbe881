"""What the edge reasoner looks at: most of the photograph, and crops of it at two sizes.

Haze and the light show in the large. Blur and rain are measured against the short side, so
crops at working size, to which large photographs are shrunk, show them alike in all sizes. Noise
vanishes when a photograph is shrunk: it takes native pixels. The kind and length of a blur are read
from the cepstrum.
"""

from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from rr_tasks.reasoner.cepstrum import cepstrum

Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

VIEW_SIDE = 128
WORKING_SIDE = 512
_WORKING_CROPS_PER_AXIS = 2
_NATIVE_CROPS_PER_AXIS = 2
_CEPSTRUM_WINDOWS_PER_AXIS = 4


class Views(NamedTuple):
    """Views of one photograph, `VIEW_SIDE` wide and high, sRGB bytes.

    `overview` is (S, S, 3), `working` (K, S, S, 3) and `native` (N, S, S, 3). The `cepstrum` is of
    windows all over the working size, whose `short_side` is in pixels. A length of one pixel in the
    photograph is `scale` pixels there.
    """

    overview: Bytes
    working: Bytes
    native: Bytes
    cepstrum: Floats
    short_side: int
    scale: float


def views(image: Bytes) -> Views:
    """What is looked at to diagnose a photograph, (H, W, 3), always at the same places."""
    shrunk, scale = working_size(image)
    return Views(
        # Never stretched from another shape: a blur along the long side would look too short.
        overview(_central_square(shrunk)),
        np.stack(crops_on_grid(shrunk, _WORKING_CROPS_PER_AXIS)),
        np.stack(crops_on_grid(image, _NATIVE_CROPS_PER_AXIS)),
        cepstrum(np.stack(crops_on_grid(shrunk, _CEPSTRUM_WINDOWS_PER_AXIS))),
        min(shrunk.shape[:2]),
        scale,
    )


def working_size(image: Bytes) -> tuple[Bytes, float]:
    """A photograph with a short side of at most `WORKING_SIDE`, and by how much it was scaled."""
    height, width = image.shape[:2]
    scale = min(1.0, WORKING_SIDE / min(height, width))
    if scale == 1.0:
        return image, scale
    size = (round(width * scale), round(height * scale))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8), scale


def overview(image: Bytes) -> Bytes:
    """All of (H, W, 3), which is about as wide as high, as a square of `VIEW_SIDE`."""
    return np.asarray(
        cv2.resize(image, (VIEW_SIDE, VIEW_SIDE), interpolation=cv2.INTER_AREA), np.uint8
    )


def _central_square(image: Bytes) -> Bytes:
    side = min(image.shape[:2])
    top, left = ((length - side) // 2 for length in image.shape[:2])
    return image[top : top + side, left : left + side]


def crops_on_grid(image: Bytes, per_axis: int) -> list[Bytes]:
    """Squares of `VIEW_SIDE` from the middle of each cell of a grid over the image."""
    image = at_least(image, VIEW_SIDE)
    places = [(index + 0.5) / per_axis for index in range(per_axis)]
    return [_crop_around(image, row, column) for row in places for column in places]


def random_crops(image: Bytes, count: int, rng: np.random.Generator) -> list[Bytes]:
    """`count` squares of `VIEW_SIDE` from anywhere."""
    image = at_least(image, VIEW_SIDE)
    return [_crop_around(image, *rng.random(2)) for _ in range(count)]


def at_least(image: Bytes, side: int) -> Bytes:
    """(H, W, 3) mirrored out below and to the right to at least `side` pixels each way."""
    below, right = (max(0, side - length) for length in image.shape[:2])
    if not below and not right:
        return image
    return np.pad(image, ((0, below), (0, right), (0, 0)), mode="symmetric")


def _crop_around(image: Bytes, row: float, column: float) -> Bytes:
    top = _start(row, image.shape[0])
    left = _start(column, image.shape[1])
    return image[top : top + VIEW_SIDE, left : left + VIEW_SIDE]


def _start(centre: float, length: int) -> int:
    return int(np.clip(round(centre * length - VIEW_SIDE / 2), 0, length - VIEW_SIDE))
