"""Divides images into strips, so that arithmetic in several steps stays within the cache."""

from collections.abc import Iterator
from math import prod

# Half a mebibyte of float32: with two images beside it, that fits in the cache of one core.
_VALUES = 1 << 17


def strips(shape: tuple[int, ...]) -> Iterator[slice]:
    """Yield slices of rows that cover an image of shape (H, W) or (H, W, C), top to bottom."""
    rows = max(1, _VALUES // prod(shape[1:]))
    for top in range(0, shape[0], rows):
        yield slice(top, top + rows)
