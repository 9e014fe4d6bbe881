from collections.abc import Iterator
from math import ceil

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rr_tasks.restorer.tiling import Axis, Tiling

SIZES = st.integers(1, 400)


@st.composite
def tilings(draw: st.DrawFn) -> Tiling:
    multiple = draw(st.sampled_from((1, 4, 16)))
    grid = draw(st.sampled_from((1, multiple)))
    overlap = ceil(draw(st.integers(1, 40)) / grid) * grid
    longest = multiple * draw(st.integers((overlap + 8) // multiple + 1, 96 // multiple + 4))
    return Tiling(draw(SIZES), draw(SIZES), longest, overlap, multiple, grid)


def coordinates(height: int, width: int) -> np.ndarray:
    y, x = np.mgrid[0:height, 0:width]
    return np.stack([y, x, y + x], axis=-1).astype(np.uint16)


def tensors(tiles: Iterator[np.ndarray]) -> Iterator[torch.Tensor]:
    return (torch.from_numpy(tile.astype(np.float32)).permute(2, 0, 1) for tile in tiles)


def joined(tiling: Tiling, tiles: Iterator[torch.Tensor]) -> torch.Tensor:
    return torch.cat([strip.clone() for strip in tiling.join(tiles)], 1)


def blended_at_once(tiling: Tiling, tiles: Iterator[torch.Tensor]) -> torch.Tensor:
    """What `join` makes in strips, in a single image."""
    rows, columns = tiling.rows, tiling.columns
    whole = torch.zeros(3, max(rows.reach, rows.tile), max(columns.reach, columns.tile))
    for top, row_weight in zip(rows.starts, rows.weights, strict=True):
        for left, column_weight in zip(columns.starts, columns.weights, strict=True):
            area = whole[:, top : top + rows.tile, left : left + columns.tile]
            area += next(tiles) * row_weight[:, None] * column_weight
    return whole[:, : tiling.height, : tiling.width]


@given(tilings())
def test_joined_tiles_are_the_photograph(tiling: Tiling) -> None:
    image = coordinates(tiling.height, tiling.width)
    whole = joined(tiling, tensors(tiling.cut(image))).permute(1, 2, 0).numpy()
    assert whole.shape == image.shape
    assert np.allclose(whole, image, rtol=1e-5, atol=1e-3)


@given(tilings(), st.integers(0, 9))
def test_strips_are_what_blending_the_whole_at_once_gives(tiling: Tiling, seed: int) -> None:
    shape = (tiling.rows.count * tiling.columns.count, 3, tiling.rows.tile, tiling.columns.tile)
    tiles = torch.rand(shape, generator=torch.Generator().manual_seed(seed))
    assert torch.equal(joined(tiling, iter(tiles)), blended_at_once(tiling, iter(tiles)))


def test_only_one_row_of_tiles_is_asked_for_ahead() -> None:
    tiling = Tiling(300, 200, longest=64, overlap=16, multiple=16)
    asked = 0

    def tiles() -> Iterator[torch.Tensor]:
        nonlocal asked
        for tile in tensors(tiling.cut(coordinates(300, 200))):
            asked += 1
            yield tile

    for number, strip in enumerate(tiling.join(tiles()), start=1):
        assert asked == number * tiling.columns.count
        assert strip.shape[1] <= tiling.rows.tile


@given(tilings())
def test_tiles_have_one_bounded_size(tiling: Tiling) -> None:
    shapes = {tuple(tile.shape) for tile in tiling.cut(coordinates(tiling.height, tiling.width))}
    assert len(shapes) == 1
    height, width, _ = shapes.pop()
    for axis, length in ((tiling.rows, height), (tiling.columns, width)):
        assert length == axis.tile <= tiling.longest
        assert length % tiling.multiple == 0


@given(tilings())
def test_neighbours_overlap_and_all_is_covered(tiling: Tiling) -> None:
    for axis in (tiling.rows, tiling.columns):
        ends = [start + axis.tile for start in axis.starts]
        assert axis.starts[0] == 0
        assert ends[-1] >= axis.length
        assert axis.count == 1 or ends[-1] == axis.reach < axis.length + axis.grid
        assert not any(start % axis.grid for start in axis.starts)
        for following, end in zip(axis.starts[1:], ends[:-1], strict=True):
            assert end - following >= axis.overlap
        total = torch.zeros(max(axis.reach, axis.tile))
        for start, weight in zip(axis.starts, axis.weights, strict=True):
            assert weight.min() > 0
            total[start : start + axis.tile] += weight
        assert torch.allclose(total, torch.ones_like(total), atol=1e-5)


@pytest.mark.parametrize(
    ("length", "count"), [(1, 1), (512, 1), (513, 2), (992, 2), (993, 3), (6000, 13)]
)
def test_no_more_tiles_than_needed(length: int, count: int) -> None:
    assert Axis(length, 512, 32, 16).count == count


@settings(max_examples=20)
@given(st.integers(1, 20), st.integers(1, 20))
def test_a_small_photograph_is_mirrored_to_a_whole_tile(height: int, width: int) -> None:
    image = coordinates(height, width)
    (tile,) = Tiling(height, width, longest=64, multiple=16).cut(image)
    assert np.array_equal(tile[:height, :width], image)
    if height < tile.shape[0]:
        assert np.array_equal(tile[height], tile[height - 1])
    if width < tile.shape[1]:
        assert np.array_equal(tile[:, width], tile[:, width - 1])


def test_tiles_that_disagree_are_blended_without_a_step() -> None:
    tiling = Tiling(16, 112, longest=64, overlap=16, multiple=16)
    values = [torch.full((3, 16, tiling.columns.tile), float(number)) for number in range(2)]
    line = joined(tiling, iter(values))[0, 8]
    assert line[[0, -1]].tolist() == [0.0, 1.0]
    assert line.diff().min() >= 0
    assert line.diff().max() < 0.1
