"""Clean photographs for synthesis: which files they are, how they are read and cropped."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import overload

import cv2
import numpy as np
import torch
from torch.nn import functional

from rr_tasks.degrade.color import Bytes
from rr_tasks.storage.files import MissingFolderError, list_files, path_below, read_bytes
from schemas.recipe import DegradationRecipe

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".bmp")
_DEPTH_SUFFIX = ".depth.png"
_LARGEST_ENLARGEMENT = 2


class UnusablePhotographError(ValueError):
    """A file cannot serve as a clean photograph; the message is the reason."""


class Photographs(Sequence[str]):
    """URLs of the photographs below a folder, in their order.

    No list, because Prefect walks through all elements of lists among the arguments of a task, and
    there may be millions of photographs and thousands of shards.
    """

    def __init__(self, folder: str, urls: Sequence[str]) -> None:
        self._folder, self._urls = folder, urls

    @overload
    def __getitem__(self, place: int) -> str: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[str]: ...

    def __getitem__(self, place: int | slice) -> str | Sequence[str]:
        """The URL at a place."""
        return self._urls[place]

    def __len__(self) -> int:
        """How many there are."""
        return len(self._urls)

    def path(self, url: str) -> str:
        """Where a photograph lies below the folder."""
        return path_below(self._folder, url)


def list_photographs(url: str) -> Photographs:
    """URLs of all photographs below a folder, sorted.

    Raises:
        MissingFolderError: the folder is missing or holds no photograph.
    """
    found = [
        file
        for file in list_files(url)
        if file.lower().endswith(SUFFIXES) and not file.lower().endswith(_DEPTH_SUFFIX)
    ]
    if not found:
        raise MissingFolderError(
            f"{url}: no photographs here; expected files ending in {', '.join(SUFFIXES)}"
        )
    return Photographs(url, found)


@lru_cache(maxsize=4)
def read_photograph(url: str) -> Bytes:
    """Decode a photograph to (H, W, 3) sRGB bytes, turned upright.

    Raises:
        UnusablePhotographError: the file is empty, truncated or no image.
    """
    content = read_bytes(url)
    if not content:
        raise UnusablePhotographError("the file is empty")
    try:
        image = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR_RGB)
    except cv2.error as error:
        raise UnusablePhotographError("too many pixels, or damaged") from error
    if image is None:
        raise UnusablePhotographError("not a readable image")
    image.setflags(write=False)
    return np.asarray(image, dtype=np.uint8)


@dataclass(frozen=True)
class Square:
    """A square of a photograph, `side` pixels wide, to be scaled to `size`."""

    top: int
    left: int
    side: int
    size: int


def crop(photograph: Bytes, recipe: DegradationRecipe, rng: np.random.Generator) -> Bytes:
    """Cut a square of at most `recipe.size` pixels, shrunk from a larger one.

    It is never enlarged, unless the recipe asks for all sizes (`smallest_size`).

    Raises:
        UnusablePhotographError: the photograph is smaller than 32 pixels on a side.
    """
    return cut(photograph, choose_square(photograph, recipe, rng), recipe)


def choose_square(photograph: Bytes, recipe: DegradationRecipe, rng: np.random.Generator) -> Square:
    """Choose what to cut from a photograph, see `crop`."""
    height, width = photograph.shape[:2]
    short = min(height, width)
    if short < 32:
        raise UnusablePhotographError(f"too small to learn from: {width} x {height} pixels")
    size = _size(short, recipe, rng)
    if recipe.sampling == "grid":
        return Square((height - short) // 2, (width - short) // 2, short, size)
    side = int(rng.integers(min(size, short), short + 1))
    top, left = int(rng.integers(height - side + 1)), int(rng.integers(width - side + 1))
    return Square(top, left, side, size)


def cut(photograph: Bytes, square: Square, recipe: DegradationRecipe) -> Bytes:
    """Cut a square from a photograph and scale it, see `crop`."""
    top, left, side, size = square.top, square.left, square.side, square.size
    pixels = photograph[top : top + side, left : left + side]
    if side == size:
        return np.ascontiguousarray(pixels)
    if recipe.sampling == "grid":  # published figures rest on exactly these pixels
        return np.asarray(cv2.resize(pixels, (size, size), interpolation=cv2.INTER_AREA), np.uint8)
    if side < size:
        return np.asarray(cv2.resize(pixels, (size, size), interpolation=cv2.INTER_CUBIC), np.uint8)
    return _shrunk(pixels, size)


def _size(short: int, recipe: DegradationRecipe, rng: np.random.Generator) -> int:
    if recipe.smallest_size is None:
        return min(recipe.size, short)
    octaves = rng.uniform(np.log2(recipe.smallest_size), np.log2(recipe.size))
    return min(round(2**octaves), _LARGEST_ENLARGEMENT * short)


def _shrunk(square: Bytes, size: int) -> Bytes:
    """Average with a triangle filter; torch does this several times faster than OpenCV."""
    batch = torch.from_numpy(square[None].copy()).permute(0, 3, 1, 2)  # torch sees channels last
    small = functional.interpolate(batch, (size, size), mode="bilinear", antialias=True)
    return np.asarray(small[0].permute(1, 2, 0).numpy(), dtype=np.uint8)
