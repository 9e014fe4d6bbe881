"""Files that are made to exhaust time or memory are refused by their directories alone."""

import struct
import zlib
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
import pyvips

from rr_tasks.photographs.formats.base import UnreadablePhotographError
from rr_tasks.photographs.negative import open_photograph
from tests.tiffs import Page, tiff

ONE = np.zeros((1, 1, 1), np.uint8)


def claim(width: int, height: int, **tags: Any) -> bytes:
    """A small file that claims to be large."""
    block = zlib.compress(bytes(2**16))
    size = {256: (4, [width]), 257: (4, [height]), 259: (3, [8])}
    return tiff(Page(ONE, {**size, **{int(tag[1:]): v for tag, v in tags.items()}}, blocks=[block]))


def million_strips() -> bytes:
    """Two arrays, of places and of sizes, that are the same bytes: all strips share theirs."""
    count = 250_000
    data = claim(64, count, t278=(4, [1]), t273=(4, [0] * 3), t279=(4, [0] * 3))
    for tag in (273, 279):
        at = data.index(struct.pack("<HHI", tag, 4, 3))
        data = data[: at + 4] + struct.pack("<II", count, len(data)) + data[at + 12 :]
    return data + struct.pack("<I", 64) * count


@pytest.mark.parametrize(
    ("bomb", "reason"),
    [
        (claim(32_768, 32_768), "compression bomb"),
        (claim(10, 10, t322=(4, [65_536]), t323=(4, [65_536])), "compression bomb"),
        (claim(1, 2**32 - 16, t278=(4, [1])), "compression bomb"),
        (claim(1, 1_000_000, t278=(4, [1])), "more than 500,000 strips"),
        (million_strips(), "claim more than the file holds"),
    ],
)
def test_bombs_never_reach_a_decoder(bomb: bytes, reason: str) -> None:
    never = patch.object(pyvips.Image, "tiffload_buffer", side_effect=AssertionError)
    with never, pytest.raises(UnreadablePhotographError, match=reason):
        open_photograph(bomb)


def test_of_thousands_of_directories_a_hundred_are_read() -> None:
    with pytest.raises(UnreadablePhotographError, match="more than 100 pages"):
        open_photograph(tiff(*[Page(ONE, pages=[Page(ONE)] * 50)] * 40))


def test_pages_that_lead_to_one_another_are_read_once() -> None:
    data = bytearray(tiff(Page(ONE, {330: (4, [8] * 5_000)})))
    array = data.index(struct.pack("<5I", *[8] * 5))
    first = bytes(data[4:8])
    data[array : array + 20_000] = first * 5_000
    with pytest.raises(UnreadablePhotographError, match="form a loop"):
        open_photograph(bytes(data))


def test_a_blank_photograph_of_ordinary_size_is_no_bomb() -> None:
    blank = np.full((3_000, 2_000, 3), 255, np.uint8)
    original = pyvips.Image.new_from_array(blank).tiffsave_buffer(compression="deflate")
    assert len(original) * 100 < blank.size
    open_photograph(original)


def test_damaged_bytes_end_in_a_reason(make: Any) -> None:
    small = Page(make.scene(12, 8), {254: (4, [1])})
    whole = tiff(Page(make.scene(), pages=[small], exif={37510: (7, b"UNICODE\0")}, rows=7))
    for seed in range(60):
        rng = np.random.default_rng(seed)
        data = bytearray(whole)
        for place in rng.integers(4, 500, 3):
            data[-int(place)] = rng.choice([0, 1, 2, 128, 255])
        try:
            open_photograph(bytes(data)).develop()
        except UnreadablePhotographError:
            continue
