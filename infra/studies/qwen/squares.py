"""Cuts squares from photographs, so that there are more scenes to learn from."""

from fnmatch import fnmatch
from pathlib import Path

import numpy as np

from rr_tasks.degrade.square import Square, cut
from rr_tasks.photographs.pixels import Bytes
from rr_tasks.photographs.reading import read_photograph
from rr_tasks.shards.png import encode_png
from schemas.recipe import DegradationRecipe

_EACH = 24
_SMALLEST_SQUARE = 0.4


def cut_squares(
    photographs: Path, folder: Path, recipe: DegradationRecipe, *, leave_out: str
) -> Path:
    """Cut random squares from each photograph, and shrink them as the recipe shrinks whole ones."""
    if folder.exists():
        return folder
    part = folder.with_suffix(".part")
    part.mkdir(parents=True, exist_ok=True)
    for number, path in enumerate(sorted(photographs.iterdir())):
        if fnmatch(path.name, leave_out):
            continue
        photograph = read_photograph(str(path))
        rng = np.random.default_rng((7, number))
        for square in range(_EACH):
            pixels = cut(photograph, draw_square(photograph, recipe.size, rng), recipe)
            (part / f"{path.stem}-{square:02}.png").write_bytes(encode_png(pixels))
    return part.rename(folder)


def draw_square(photograph: Bytes, size: int, rng: np.random.Generator) -> Square:
    """Draw a square that is nowhere smaller than what the model sees."""
    height, width = photograph.shape[:2]
    short = min(height, width)
    side = int(rng.integers(max(size, int(_SMALLEST_SQUARE * short)), short + 1))
    top, left = rng.integers((height - side + 1, width - side + 1)).tolist()
    return Square(top, left, side, size)
