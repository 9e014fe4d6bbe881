"""Squares of clean photographs, cut and scaled as a recipe requires."""

from dataclasses import dataclass

import cv2
import numpy as np
import torch
from torch.nn import functional

from rr_tasks.photographs.formats.base import UnusablePhotographError
from rr_tasks.photographs.pixels import Bytes
from schemas.recipe import DegradationRecipe

_LARGEST_ENLARGEMENT = 2


@dataclass(frozen=True)
class Square:
    """A square of a photograph, `side` pixels wide, to be scaled to `size` pixels."""

    top: int
    left: int
    side: int
    size: int


def crop(photograph: Bytes, recipe: DegradationRecipe, rng: np.random.Generator) -> Bytes:
    """Cut a square and shrink it to at most `recipe.size` pixels.

    It is enlarged only if the recipe wants all sizes (`smallest_size`).

    Raises:
        UnusablePhotographError: the photograph is smaller than 32 pixels on a side.
    """
    return cut(photograph, choose_square(photograph, recipe, rng), recipe)


def choose_square(photograph: Bytes, recipe: DegradationRecipe, rng: np.random.Generator) -> Square:
    """Choose which square to cut from a photograph; see `crop`."""
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
    """Cut a square from a photograph and scale it; see `crop`."""
    top, left, side, size = square.top, square.left, square.side, square.size
    pixels = photograph[top : top + side, left : left + side]
    if side == size:
        return np.ascontiguousarray(pixels)
    if recipe.sampling == "grid":  # published figures rest on exactly these pixels
        return np.asarray(cv2.resize(pixels, (size, size), interpolation=cv2.INTER_AREA), np.uint8)
    if side < size:
        return np.asarray(cv2.resize(pixels, (size, size), interpolation=cv2.INTER_CUBIC), np.uint8)
    return _shrink(pixels, size)


def _size(short: int, recipe: DegradationRecipe, rng: np.random.Generator) -> int:
    if recipe.smallest_size is None:
        return min(recipe.size, short)
    octaves = rng.uniform(np.log2(recipe.smallest_size), np.log2(recipe.size))
    return min(round(2**octaves), _LARGEST_ENLARGEMENT * short)


def _shrink(square: Bytes, size: int) -> Bytes:
    """Shrink with a triangle filter, which torch does several times faster than OpenCV."""
    batch = torch.from_numpy(square[None].copy()).permute(0, 3, 1, 2)  # torch sees channels last
    small = functional.interpolate(batch, (size, size), mode="bilinear", antialias=True)
    return np.asarray(small[0].permute(1, 2, 0).numpy(), dtype=np.uint8)
