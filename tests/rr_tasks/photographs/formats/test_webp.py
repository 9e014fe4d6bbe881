"""WebP files with other chunks than the picture's, announced or not."""

import io
import struct
from typing import Any

import numpy as np
import pytest
from PIL import Image

from rr_tasks.photographs.encoding import encode
from rr_tasks.photographs.negative import open_photograph
from rr_tasks.photographs.photograph import Photograph

Chunk = tuple[bytes, bytes]


def webp(*chunks: Chunk) -> bytes:
    parts = [k + struct.pack("<I", len(b)) + b + bytes(len(b) % 2) for k, b in chunks]
    body = b"WEBP" + b"".join(parts)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def picture(make: Any, bands: int = 3, **options: Any) -> bytes:
    return bytes(make.vips(make.scene(bands=bands)).webpsave_buffer(keep="none", **options))


def image_chunk(make: Any) -> Chunk:
    data = picture(make)
    return data[12:16], data[20 : 20 + struct.unpack_from("<I", data, 16)[0]]


def header(flags: int) -> Chunk:
    size = (47).to_bytes(3, "little") + (31).to_bytes(3, "little")
    return b"VP8X", struct.pack("<I", flags) + size


def rewrite(data: bytes) -> tuple[Photograph, bytes, Image.Image]:
    photograph = open_photograph(data).develop()
    inverted: Any = 255 - photograph.pixels
    encoded = encode(photograph, inverted)
    image = Image.open(io.BytesIO(encoded))
    image.load()
    return photograph, encoded, image


@pytest.mark.parametrize("trailer", [b"j", b"junk" * 9, bytes(64)])
def test_what_lies_behind_the_declared_end_stays_there(make: Any, trailer: bytes) -> None:
    _, encoded, _ = rewrite(picture(make) + trailer)
    assert encoded.endswith(trailer)
    assert len(encoded) == 8 + struct.unpack_from("<I", encoded, 4)[0] + len(trailer)


def test_metadata_is_read_or_not_as_it_was_before(make: Any) -> None:
    exif, xmp = (b"EXIF", make.exif(6)), (b"XMP ", make.XMP)
    for flags, orientation in ((0x0C, 6), (0, 1)):
        photograph, encoded, image = rewrite(webp(header(flags), image_chunk(make), exif, xmp))
        assert photograph.orientation == orientation
        assert image.info.get("exif") == (exif[1] if flags else None)
        assert encoded.count(exif[1]) == encoded.count(xmp[1]) == 1
    photograph, encoded, image = rewrite(webp(image_chunk(make), exif))  # and without a header
    assert photograph.orientation == 1
    assert encoded.count(exif[1]) == 1
    assert "exif" not in image.info


def test_chunks_of_other_programs_stay_in_their_places(make: Any) -> None:
    first, last = (b"ABCD", b"odd"), (b"WXYZ", b"even")
    photograph, encoded, _ = rewrite(webp(header(0), first, image_chunk(make), last))
    assert encoded.index(b"ABCD") < encoded.index(b"VP8 ") < encoded.index(b"WXYZ")
    assert photograph.lost == ()


def test_a_certificate_of_the_old_pixels_is_a_loss(make: Any) -> None:
    certificate = (b"C2PA", b"signed")
    photograph, encoded, _ = rewrite(webp(header(0), image_chunk(make), certificate))
    assert photograph.lost == ("content credentials (C2PA)",)
    assert b"C2PA" not in encoded


@pytest.mark.parametrize("lossless", [True, False])
def test_hidden_colours_and_opaque_alpha_stay(make: Any, lossless: bool) -> None:
    photograph, _, image = rewrite(picture(make, 4, lossless=lossless))
    assert image.mode == "RGBA"
    assert np.array_equal(np.asarray(image)[..., 3], photograph.alpha)
    announced = webp(header(0x10), image_chunk(make))
    assert rewrite(announced)[2].mode == "RGBA"
