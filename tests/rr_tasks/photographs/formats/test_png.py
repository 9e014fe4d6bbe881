"""PNG files as they are found: sloppy, edited, appended to, of few tones."""

import io
import struct
import zlib
from typing import Any

import numpy as np
import pytest
import pyvips
from PIL import Image

from rr_tasks.photographs.encoding import encode
from rr_tasks.photographs.formats.base import ProtectedPhotographError, UnfaithfulOutputError
from rr_tasks.photographs.negative import open_photograph
from rr_tasks.photographs.photograph import Photograph

BAD = b"\0\0\0\0"


def rewrite(data: bytes) -> tuple[Photograph, bytes, Image.Image]:
    """Invert a photograph; return it, its restored file, and what Pillow decodes."""
    photograph = open_photograph(data).develop()
    inverted: Any = np.iinfo(photograph.pixels.dtype).max - photograph.pixels
    encoded = encode(photograph, inverted)
    image = Image.open(io.BytesIO(encoded))
    image.load()
    return photograph, encoded, image


def insert(png: bytes, chunk: bytes) -> bytes:
    return png[:33] + chunk + png[33:]


def of_bits(make: Any, bits: int, *chunks: bytes) -> bytes:
    """A grey PNG of few bits."""
    levels = np.add.outer(np.arange(32), np.arange(48)).astype(np.uint8) % (1 << bits)
    rows = np.packbits(np.unpackbits(levels[..., None], axis=2)[..., 8 - bits :].reshape(32, -1), 1)
    header = make.png_chunk(b"IHDR", struct.pack(">IIBBBBB", 48, 32, bits, 0, 0, 0, 0))
    data = zlib.compress(b"".join(b"\0" + row.tobytes() for row in rows))
    image = make.png_chunk(b"IDAT", data) + make.png_chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(chunks) + image


@pytest.mark.parametrize(
    "trailer",
    [
        b"\0" * 100,
        b"a note in plain text",
        b"<x:xmpmeta/>",
        b"\x89PNG\r\n\x1a\n" * 9,
        b"\0\0\0\x99",
    ],
)
def test_what_lies_behind_the_picture_stays_there(make: Any, trailer: bytes) -> None:
    photograph, encoded, _ = rewrite(make.png(make.scene()) + trailer)
    assert encoded.endswith(make.png_chunk(b"IEND", b"") + trailer)
    assert photograph.lost == ()


def test_a_file_that_ends_within_its_last_chunk_is_written_with_an_end(make: Any) -> None:
    whole = make.png(make.scene())
    _, encoded, _ = rewrite(whole[:-12] + struct.pack(">I", 2**31 - 1) + b"tEXtA\0b")
    assert make.png_chunk(b"IEND", b"") in encoded


def test_a_cut_off_end_is_written_once(make: Any) -> None:
    whole = make.png(make.scene())
    for cut in (1, 4, 12):
        _, encoded, _ = rewrite(whole[:-cut])
        assert encoded.count(b"IEND") == 1
        assert encoded.endswith(make.png_chunk(b"IEND", b""))


def test_the_orientation_of_imagemagick_stays(make: Any) -> None:
    photograph, encoded, _ = rewrite(make.png(make.scene(), (b"orNT", b"\6")))
    assert photograph.lost == ()
    assert make.png_chunk(b"orNT", b"\6") in encoded


def test_the_rest_of_cut_off_pixels_is_not_taken_for_something_behind_them(make: Any) -> None:
    noise: Any = np.random.default_rng(0).integers(0, 256, (90, 90, 3), np.uint8)
    whole = make.png(noise)
    photograph = open_photograph(whole[: len(whole) * 2 // 3], salvage=True).develop()
    assert "salvaged" in photograph.note
    assert encode(photograph, photograph.pixels).endswith(make.png_chunk(b"IEND", b""))


@pytest.mark.parametrize(
    ("kind", "body"), [(b"tEXt", b"Author\0me"), (b"tIME", bytes(7)), (b"prVt", b"private")]
)
def test_a_wrong_checksum_is_mended_and_the_chunk_kept(make: Any, kind: bytes, body: bytes) -> None:
    chunk = make.png_chunk(kind, body)
    photograph, encoded, _ = rewrite(insert(make.png(make.scene()), chunk[:-4] + BAD))
    assert encoded.count(chunk) == 1
    assert photograph.lost == ()


def test_a_profile_with_a_wrong_checksum_means_the_same_as_before(make: Any) -> None:
    chunk = make.png_chunk(b"iCCP", b"x\0\0" + zlib.compress(make.icc()))
    _, encoded, image = rewrite(insert(make.png(make.scene()), chunk[:-4] + BAD))
    assert image.info["icc_profile"] == make.icc()
    assert encoded.count(chunk) == 1


def test_what_may_be_untrue_of_other_pixels_is_named(make: Any) -> None:
    extra = [(b"prVT", b"about these pixels"), (b"caBX", b"signed"), (b"prVT", b"more")]
    photograph, encoded, _ = rewrite(make.png(make.scene(), *extra, (b"sBIT", b"\5\6\5")))
    assert photograph.lost == ("prVT chunk", "content credentials (C2PA)")
    assert not any(kind in encoded for kind in (b"prVT", b"caBX", b"sBIT"))


@pytest.mark.parametrize("kind", [b"tEXt", b"zTXt"])
def test_a_thumbnail_within_metadata_as_text_is_named(make: Any, kind: bytes) -> None:
    def text(metadata: bytes) -> bytes:
        lines = metadata.hex(" ", 36).replace(" ", "\n")
        body = f"\nexif\n{len(metadata):8}\n{lines}\n".encode()
        coded = b"\0" + zlib.compress(body) if kind == b"zTXt" else body
        return b"Raw profile type APP1\0" + coded

    plain = make.png(make.scene(), (kind, text(b"Exif\0\0MM\0*" + bytes(99))))
    photograph, encoded, _ = rewrite(plain)
    assert photograph.lost == ()
    assert kind in encoded
    thumbnail = b"Exif\0\0MM\0*" + bytes(60) + make.jpeg(make.scene())
    photograph, encoded, _ = rewrite(make.png(make.scene(), (kind, text(thumbnail))))
    assert photograph.lost == ("metadata as text, with a thumbnail",)
    assert kind not in encoded


def test_the_background_stays_unless_it_is_a_place_in_a_palette(make: Any) -> None:
    photograph, encoded, _ = rewrite(make.png(make.scene(), (b"bKGD", b"\0\1\0\2\0\3")))
    assert photograph.lost == ()
    assert b"bKGD" in encoded
    palette = make.png(make.scene(), palette=True)
    place = palette.index(b"IDAT") - 4
    photograph, encoded, _ = rewrite(
        palette[:place] + make.png_chunk(b"bKGD", b"\1") + palette[place:]
    )
    assert photograph.lost == ("background colour",)
    assert b"bKGD" not in encoded


@pytest.mark.parametrize(
    "chunk", [(b"gAMA", b"\0"), (b"zTXt", b"A\0\1unknown compression"), (b"iCCP", b"name")]
)
def test_a_chunk_that_no_program_can_read_does_not_spoil_the_file(
    make: Any, chunk: tuple[bytes, bytes]
) -> None:
    photograph, encoded, _ = rewrite(make.png(make.scene(), chunk))
    assert chunk[0] not in encoded
    assert photograph.lost == ()


def test_text_longer_than_pillow_reads_by_itself_is_kept(make: Any) -> None:
    chunk = (b"zTXt", b"A\0\0" + zlib.compress(b"x" * 3_000_000))
    photograph = open_photograph(make.png(make.scene(), chunk)).develop()
    assert make.png_chunk(*chunk) in encode(photograph, photograph.pixels)


def test_text_that_fills_the_memory_is_not_decompressed(make: Any) -> None:
    chunk = (b"zTXt", b"A\0\0" + zlib.compress(bytes(2**26 + 1), 1))
    photograph = open_photograph(make.png(make.scene(), chunk)).develop()
    with pytest.raises(UnfaithfulOutputError, match="other programs cannot decode"):
        encode(photograph, photograph.pixels)


def test_chunks_stay_before_or_behind_the_pixels_where_they_are_read_or_not(make: Any) -> None:
    plain = make.png(make.scene())
    icc = make.png_chunk(b"iCCP", b"x\0\0" + zlib.compress(make.icc()))
    text = make.png_chunk(b"tEXt", b"A\0b")
    _, encoded, _ = rewrite(plain[:-12] + icc + text + plain[-12:])
    assert encoded.index(b"IDAT") < encoded.index(b"iCCP") < encoded.index(b"tEXt")
    _, encoded, _ = rewrite(insert(plain, text + icc))
    assert encoded.index(b"iCCP") < encoded.index(b"tEXt") < encoded.index(b"IDAT")


@pytest.mark.parametrize("bits", [1, 2])
def test_pictures_of_dots_are_left_alone(make: Any, bits: int) -> None:
    palette = make.vips(make.scene()).pngsave_buffer(palette=True, bitdepth=bits)
    for data in (of_bits(make, bits), palette):
        with pytest.raises(ProtectedPhotographError, match="dots"):
            open_photograph(data)


def test_sixteen_tones_stay_sixteen(make: Any) -> None:
    photograph, encoded, _ = rewrite(of_bits(make, 4))
    assert encoded[24:26] == b"\x04\0"
    levels = pyvips.Image.new_from_buffer(encoded, "").numpy().reshape(32, 48)
    assert np.array_equal(levels, 255 - photograph.colours[..., 0])


def test_a_transparent_colour_becomes_alpha(make: Any) -> None:
    key = make.png_chunk(b"tRNS", b"\0\3")
    photograph, _, image = rewrite(of_bits(make, 4, key))
    assert image.mode == "LA"
    assert np.array_equal(np.asarray(image)[..., 1], photograph.alpha)
    assert (photograph.alpha == 0).any()


def test_interlacing_stays(make: Any) -> None:
    assert rewrite(make.png(make.scene(), interlace=True))[1][28] == 1
    assert rewrite(make.png(make.scene()))[1][28] == 0


def test_brightness_for_hdr_screens_is_left_alone(make: Any) -> None:
    with pytest.raises(ProtectedPhotographError, match="HDR"):
        open_photograph(make.png(make.scene(), (b"cICP", bytes([9, 16, 0, 1]))))
