"""The views of a photograph that the edge reasoner sees: an overview, and crops at two sizes.

Haze and light show in the overview. Blur and rain are measured relative to the short side, so crops
at working size, to which large photographs are shrunk, look alike at any size. Shrinking removes
noise, so it is read from native pixels. The kind and length of a blur are read from the cepstrum,
and whether anything is sharp from the sharpest window.
"""

from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from rr_tasks.photographs.pixels import Bytes
from rr_tasks.reasoner.cepstrum import read_cepstra

Floats = npt.NDArray[np.float32]

VIEW_SIDE = 128
WORKING_SIDE = 512
_CROPS_PER_AXIS = 2
_WINDOWS_PER_AXIS = 4
# With the sharpest window, crops from two opposite corners are enough.
_WORKING_CORNERS, _NATIVE_CORNERS = (1, 2), (0, 3)


class Views(NamedTuple):
    """Views of one photograph, `VIEW_SIDE` wide and high, sRGB bytes.

    `overview` is (S, S, 3), `working` (K, S, S, 3) and `native` (N, S, S, 3). The `cepstra`, (2,
    *`rr_tasks.reasoner.cepstrum.SHAPE`), are those of all and of the sharpest of the windows spread
    across the working size, whose short side has `short_side` pixels. One pixel of the photograph
    is `scale` pixels there.
    """

    overview: Bytes
    working: Bytes
    native: Bytes
    cepstra: Floats
    short_side: int
    scale: float


def take_views(image: Bytes, *, whole: bool) -> Views:
    """Take the views of a photograph, (H, W, 3), always at the same positions.

    Args:
        image: the photograph.
        whole: what networks with maps see: the overview shows the whole, squeezed into a square,
            and the first crop at working size is the sharpest window. Others see the central
            square, and more crops.
    """
    shrunk, scale = shrink_to_working_size(image)
    windows = cut_grid(shrunk, _WINDOWS_PER_AXIS)
    everywhere, sharp, sharpest = read_cepstra(np.stack(windows))
    overview, working, native = (
        shrunk if whole else _central_square(shrunk),
        cut_grid(shrunk, _CROPS_PER_AXIS),
        cut_grid(image, _CROPS_PER_AXIS),
    )
    if whole:
        working = [windows[sharpest], *(working[corner] for corner in _WORKING_CORNERS)]
        native = [native[corner] for corner in _NATIVE_CORNERS]
    return Views(
        shrink_to_view(overview),
        np.stack(working),
        np.stack(native),
        np.stack([everywhere, sharp]),
        min(shrunk.shape[:2]),
        scale,
    )


def shrink_to_working_size(image: Bytes) -> tuple[Bytes, float]:
    """Shrink a photograph to a short side of at most `WORKING_SIDE`; also return the scale."""
    height, width = image.shape[:2]
    scale = min(1.0, WORKING_SIDE / min(height, width))
    if scale == 1.0:
        return image, scale
    size = (round(width * scale), round(height * scale))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8), scale


def shrink_to_view(image: Bytes) -> Bytes:
    """Squeeze an image, (H, W, 3), into a square of `VIEW_SIDE`."""
    return np.asarray(
        cv2.resize(image, (VIEW_SIDE, VIEW_SIDE), interpolation=cv2.INTER_AREA), np.uint8
    )


def _central_square(image: Bytes) -> Bytes:
    side = min(image.shape[:2])
    top, left = ((length - side) // 2 for length in image.shape[:2])
    return image[top : top + side, left : left + side]


def cut_grid(image: Bytes, per_axis: int) -> list[Bytes]:
    """Cut a square of `VIEW_SIDE` from the middle of each cell of a grid over the image."""
    image = pad_to(image, VIEW_SIDE)
    places = [(index + 0.5) / per_axis for index in range(per_axis)]
    return [_crop_around(image, row, column) for row in places for column in places]


def cut_randomly(image: Bytes, count: int, rng: np.random.Generator) -> list[Bytes]:
    """Cut `count` squares of `VIEW_SIDE` at random positions."""
    image = pad_to(image, VIEW_SIDE)
    return [_crop_around(image, *rng.random(2)) for _ in range(count)]


def pad_to(image: Bytes, side: int) -> Bytes:
    """Pad an image, (H, W, 3), by reflection to at least `side` pixels in each direction."""
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
