"""BMP files of every age."""

import io
import struct
from typing import Any

import numpy as np
import pytest
from PIL import Image

from rr_tasks.photographs.encoding import encode
from rr_tasks.photographs.formats.base import (
    ProtectedPhotographError,
    UnreadablePhotographError,
)
from rr_tasks.photographs.negative import open_photograph
from rr_tasks.photographs.photograph import Photograph

WIDTH, HEIGHT = 8, 4
PALETTE = b"".join(bytes([i, 255 - i, i // 2, 0]) for i in range(256))
MASKS = struct.pack("<4I", 0xFF0000, 0xFF00, 0xFF, 0xFF000000)
RNG = np.random.default_rng(0)


def bmp(
    bits: int,
    pixels: bytes,
    *,
    compression: int = 0,
    palette: bytes = b"",
    masks: bytes = b"",
    header: int = 40,
    height: int = HEIGHT,
) -> bytes:
    start = 14 + header + len(palette) + (len(masks) if header == 40 else 0)
    fields = (header, WIDTH, height, 1, bits, compression, len(pixels), 3780, 3781)
    rest = struct.pack("<IiiHHIIii", *fields) + struct.pack("<II", len(palette) // 4, 0)
    if header > 40:
        rest = (rest + masks + b"BGRs").ljust(header, b"\0")
        masks = b""
    size = struct.pack("<IHHI", start + len(pixels), 0, 0, start)
    return b"BM" + size + rest + masks + palette + pixels


def noise(*shape: int) -> bytes:
    return RNG.integers(0, 256, shape, np.uint8).tobytes()


KINDS = {
    "24 bits": bmp(24, noise(HEIGHT, WIDTH, 3)),
    "from the top": bmp(24, noise(HEIGHT, WIDTH, 3), height=-HEIGHT),
    "5 bits a colour": bmp(16, noise(HEIGHT, WIDTH, 2)),
    "5, 6 and 5 bits": bmp(
        16, noise(HEIGHT, WIDTH, 2), compression=3, masks=struct.pack("<3I", 0xF800, 0x7E0, 0x1F)
    ),
    "256 colours": bmp(8, noise(HEIGHT, WIDTH), palette=PALETTE),
    "16 colours": bmp(4, noise(HEIGHT, WIDTH // 2), palette=PALETTE[:64]),
    "run lengths": bmp(8, b"\x08\x05\0\0" * HEIGHT + b"\0\1", compression=1, palette=PALETTE),
    "32 bits": bmp(32, noise(HEIGHT, WIDTH, 4)),
    "version 4": bmp(32, noise(HEIGHT, WIDTH, 4), compression=3, masks=MASKS, header=108),
    "version 5": bmp(32, noise(HEIGHT, WIDTH, 4), compression=3, masks=MASKS, header=124),
}


def rewrite(data: bytes) -> tuple[Photograph, bytes, Image.Image]:
    photograph = open_photograph(data).develop()
    inverted: Any = 255 - photograph.pixels
    encoded = encode(photograph, inverted)
    image = Image.open(io.BytesIO(encoded))
    image.load()
    return photograph, encoded, image


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_restored_with_its_resolution(kind: str) -> None:
    before = Image.open(io.BytesIO(KINDS[kind]))
    photograph, encoded, after = rewrite(KINDS[kind])
    mode = "RGBA" if kind.startswith("version") else "RGB"
    expected = np.array(before.convert(mode))
    hidden = expected[..., 3:] == 0 if mode == "RGBA" else False
    expected[..., :3] = np.where(hidden, expected[..., :3], 255 - expected[..., :3])
    assert np.array_equal(np.asarray(after), expected)
    assert photograph.lost == ()
    assert struct.unpack_from("<ii", encoded, 38) == (3780, 3781)


def test_grey_stays_grey() -> None:
    greys = b"".join(bytes([i, i, i, 0]) for i in range(256))
    photograph, _, after = rewrite(bmp(8, noise(HEIGHT, WIDTH), palette=greys))
    assert photograph.grey
    assert after.mode == "L"


def test_black_and_white_is_left_alone() -> None:
    with pytest.raises(ProtectedPhotographError, match="dots"):
        open_photograph(bmp(1, noise(HEIGHT, 4), palette=PALETTE[:8]))


def test_a_profile_is_a_loss() -> None:
    data = bytearray(KINDS["version 5"])
    data[70:74] = b"DEBM"
    assert open_photograph(bytes(data)).lost == ("colour profile",)


def test_what_lies_behind_the_picture_stays_there() -> None:
    assert rewrite(KINDS["24 bits"] + b"left over")[1].endswith(b"left over")


def test_what_cannot_be_decoded_says_so() -> None:
    for data, words in (
        (KINDS["24 bits"][:-9], "the BMP data is damaged or truncated"),
        (bmp(0, b"\xff\xd8\xff", compression=4), "around a JPEG or PNG"),
        (b"BMW, Munich: photographs of cars", "not an image"),
        (bmp(24, b"", height=2**30), "more than the limit"),
    ):
        with pytest.raises(UnreadablePhotographError, match=words):
            open_photograph(data)
