import zlib

import numpy as np
import pytest

from rr_tasks.shards.png import decode_png, encode_png

IMAGE = np.random.default_rng(0).integers(0, 256, (24, 20, 3), np.uint8)
PNG = encode_png(IMAGE)


def test_pixels_survive() -> None:
    assert np.array_equal(decode_png(PNG), IMAGE)


@pytest.mark.parametrize(
    "content",
    [b"", b"no picture", PNG[:-20], PNG[:300] + bytes([PNG[300] ^ 255]) + PNG[301:]],
    ids=["empty", "something else", "cut off", "one byte changed"],
)
def test_what_is_damaged_is_no_picture(content: bytes) -> None:
    with pytest.raises(ValueError, match="not a readable PNG"):
        decode_png(content)


def test_what_declares_more_pixels_than_a_photograph_is_not_decoded() -> None:
    header = b"IHDR" + (2**15).to_bytes(4) * 2 + PNG[24:29]
    bomb = PNG[:12] + header + zlib.crc32(header).to_bytes(4) + PNG[33:]
    with pytest.raises(ValueError, match="32768 x 32768 pixels are more than"):
        decode_png(bomb)
