import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rr_tasks.restorer.tiling import Axis, Tiling

SIZES = st.integers(1, 400)


@st.composite
def tilings(draw: st.DrawFn) -> Tiling:
    multiple = draw(st.sampled_from((1, 4, 16)))
    overlap = draw(st.integers(1, 40))
    longest = multiple * draw(st.integers((overlap + 8) // multiple + 1, 96 // multiple + 4))
    return Tiling(draw(SIZES), draw(SIZES), longest, overlap, multiple)


def coordinates(height: int, width: int) -> torch.Tensor:
    y, x = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    return torch.stack([y, x, y + x]).float()


@given(tilings())
def test_joined_tiles_are_the_photograph(tiling: Tiling) -> None:
    image = coordinates(tiling.height, tiling.width)
    joined = tiling.join(tiling.cut(image))
    assert joined.shape == image.shape
    assert torch.allclose(joined, image, rtol=1e-5, atol=1e-3)


@given(tilings())
def test_tiles_have_one_bounded_size(tiling: Tiling) -> None:
    shapes = {tuple(tile.shape) for tile in tiling.cut(coordinates(tiling.height, tiling.width))}
    assert len(shapes) == 1
    _, height, width = shapes.pop()
    for axis, length in ((tiling.rows, height), (tiling.columns, width)):
        assert length == axis.tile <= tiling.longest
        assert length % tiling.multiple == 0


@given(tilings())
def test_neighbours_overlap_and_all_is_covered(tiling: Tiling) -> None:
    for axis in (tiling.rows, tiling.columns):
        ends = [start + axis.tile for start in axis.starts]
        assert axis.starts[0] == 0
        assert ends[-1] >= axis.length
        assert axis.count == 1 or ends[-1] == axis.length
        for following, end in zip(axis.starts[1:], ends[:-1], strict=True):
            assert end - following >= axis.overlap
        total = torch.zeros(max(axis.length, axis.tile))
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
    assert torch.equal(tile[:, :height, :width], image)
    if height < tile.shape[1]:
        assert torch.equal(tile[:, height], tile[:, height - 1])
    if width < tile.shape[2]:
        assert torch.equal(tile[:, :, width], tile[:, :, width - 1])


def test_tiles_that_disagree_are_blended_without_a_step() -> None:
    tiling = Tiling(16, 112, longest=64, overlap=16, multiple=16)
    values = [torch.full((3, 16, tiling.columns.tile), float(number)) for number in range(2)]
    joined = tiling.join(iter(values))[0, 8]
    assert (joined[0], joined[-1]) == (0.0, 1.0)
    assert joined.diff().min() >= 0
    assert joined.diff().max() < 0.1
