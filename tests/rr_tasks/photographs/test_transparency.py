from typing import Any

import numpy as np
import pytest
import pyvips

from rr_tasks.photographs.encoding import encode
from rr_tasks.photographs.negative import open_photograph
from rr_tasks.photographs.transparency import fill_hidden


def cut_out(
    make: Any, dtype: type[np.unsignedinteger[Any]], hidden: Any
) -> tuple[np.ndarray, bytes]:
    """A disc of a scene with other colours beside it, and the photograph as a file."""
    samples = make.scene(60, 50, bands=4, dtype=dtype)
    y, x = np.mgrid[0:50, 0:60]
    outside = np.hypot(y - 25, x - 30) > 18
    samples[..., 3] = np.where(outside, 0, np.iinfo(dtype).max)
    samples[outside, :3] = hidden
    return samples, make.vips(samples).pngsave_buffer()


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_what_nobody_sees_decides_nothing(make: Any, dtype: type[np.unsignedinteger[Any]]) -> None:
    top = np.iinfo(dtype).max
    found = [
        open_photograph(cut_out(make, dtype, hidden)[1]).develop().pixels
        for hidden in (0, (top, 0, top), np.random.default_rng(0).integers(0, top, 3))
    ]
    assert np.array_equal(found[0], found[1])
    assert np.array_equal(found[0], found[2])


def test_hidden_colours_mirror_the_visible_ones(make: Any) -> None:
    samples, data = cut_out(make, np.uint8, (255, 0, 255))
    pixels = open_photograph(data).develop().pixels
    seen = samples[..., 3] > 0
    assert np.array_equal(pixels[seen], samples[seen, :3])
    steps = np.abs(np.diff(pixels.astype(int), axis=1)).max(axis=2)
    edge = seen[:, 1:] != seen[:, :-1]
    assert steps[edge].max() < 25  # magenta would make steps of 200


def test_a_cut_out_is_as_noisy_beside_what_is_seen_as_there() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (200, 200, 3)).astype(np.uint8)
    y, x = np.mgrid[0:200, 0:200]
    hidden = np.hypot(y - 60, x - 100) > 30
    filled = fill_hidden(noise, hidden)
    assert filled[hidden].std() == pytest.approx(noise[~hidden].std(), rel=0.05)
    assert np.abs(np.diff(filled.astype(int), axis=1)).mean() > 60  # 85 where all is seen


def test_hidden_colours_are_written_back_as_they_were(make: Any) -> None:
    samples, data = cut_out(make, np.uint8, (255, 0, 255))
    photograph = open_photograph(data).develop()
    written = pyvips.Image.new_from_buffer(encode(photograph, 255 - photograph.pixels), "").numpy()
    expected = samples.copy()
    seen = samples[..., 3] > 0
    expected[seen, :3] = 255 - samples[seen, :3]
    assert np.array_equal(written, expected)


@pytest.mark.parametrize("size", [(1, 1), (1, 7), (3000, 5)])
def test_nothing_visible_at_all_is_black(size: tuple[int, int]) -> None:
    pixels = np.full((*size, 3), 99, np.uint8)
    assert fill_hidden(pixels, np.ones(size, bool)).max() == 0
    assert fill_hidden(pixels, np.zeros(size, bool)) is pixels


def test_a_single_visible_pixel_fills_everything() -> None:
    hidden = np.ones((40, 30), bool)
    hidden[20, 10] = False
    pixels = np.zeros((40, 30, 3), np.uint8)
    pixels[20, 10] = (10, 200, 90)
    assert (fill_hidden(pixels, hidden) == (10, 200, 90)).all()
