"""What the edge reasoner looks at: the whole photograph, small, and crops of it in native pixels.

Noise and blur vanish when a photograph is shrunk; haze and rain show in the whole of it.
"""

import cv2
import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]

VIEW_SIDE = 128
_CROPS_PER_AXIS = 2


def overview(image: Bytes) -> Bytes:
    """The whole of (H, W, 3) shrunk or stretched to a square of `VIEW_SIDE`."""
    return np.asarray(
        cv2.resize(image, (VIEW_SIDE, VIEW_SIDE), interpolation=cv2.INTER_AREA), np.uint8
    )


def native_crops(image: Bytes) -> list[Bytes]:
    """Squares of `VIEW_SIDE` at native resolution, from the middle of each quarter of the image."""
    image = at_least(image, VIEW_SIDE)
    places = [(index + 0.5) / _CROPS_PER_AXIS for index in range(_CROPS_PER_AXIS)]
    return [_crop_around(image, row, column) for row in places for column in places]


def random_crops(image: Bytes, count: int, rng: np.random.Generator) -> list[Bytes]:
    """`count` squares of `VIEW_SIDE` at native resolution from anywhere."""
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
