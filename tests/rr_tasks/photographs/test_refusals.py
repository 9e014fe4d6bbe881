import struct
from typing import Any

import numpy as np
import pytest
import pyvips

from rr_tasks.photographs.encoding import encode
from rr_tasks.photographs.formats.base import UnreadablePhotographError
from rr_tasks.photographs.negative import open_photograph
from rr_tasks.photographs.photograph import Photograph

LIMIT = 10_000_000


def read(data: bytes, limit: int = LIMIT) -> Photograph:
    return open_photograph(data, limit).develop()


def refusal(data: bytes, limit: int = LIMIT) -> str:
    with pytest.raises(UnreadablePhotographError) as caught:
        read(data, limit)
    reason = str(caught.value)
    assert "\n" not in reason
    assert "vips" not in reason.lower()
    return reason


def test_refuses_what_is_no_whole_image_with_a_short_reason(make: Any) -> None:
    whole = make.jpeg(make.scene(200, 200))
    assert refusal(b"") == "the file is empty"
    assert refusal(b"Dear diary") == "the file is not an image of a known format"
    assert refusal(b"<svg xmlns='http://www.w3.org/2000/svg'/>") == "the file is an SVG drawing"
    assert refusal(whole[: len(whole) // 2]) == (
        "the JPEG data is truncated; --salvage restores what is left of it"
    )
    assert refusal(whole[:30]) == "the JPEG data is truncated"
    assert refusal(whole[:3] + b"\xd9" * 30).startswith("the JPEG data is damaged")
    for save in ("pngsave_buffer", "webpsave_buffer", "tiffsave_buffer"):
        data = getattr(make.vips(make.scene(200, 200)), save)()
        assert "damaged or truncated" in refusal(data[: len(data) // 2])


def test_refuses_a_damaged_png(make: Any) -> None:
    data = bytearray(make.png(make.scene(200, 200)))
    data[len(data) // 2] ^= 0xFF
    assert refusal(bytes(data)).startswith("the PNG data is damaged or truncated")


def test_refuses_a_bomb_by_its_header(make: Any) -> None:
    header = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n" + make.png_chunk(b"IHDR", header) + make.png_chunk(b"IDAT", b"")
    assert "100000 x 100000 pixels" in refusal(bomb, 200_000_000)
    assert "max_pixels" in refusal(make.jpeg(make.scene(100, 100)), 9_999)
    read(make.jpeg(make.scene(100, 100)), 10_000)


def test_refuses_what_could_not_be_written_back(make: Any) -> None:
    frames = make.vips(np.concatenate([make.scene(), make.scene() // 2])).copy()
    frames.set_type(pyvips.GValue.gint_type, "page-height", 32)
    assert "2 pages" in refusal(frames.tiffsave_buffer())
    assert "animation" in refusal(frames.webpsave_buffer())
    apng = make.png(make.scene(), (b"acTL", struct.pack(">II", 2, 0)))
    assert "animation" in refusal(apng)
    counts = make.vips(make.scene()).cast("uint")
    assert "samples of 32 bits" in refusal(counts.tiffsave_buffer())
    lab = make.vips(make.scene()).colourspace("lab").tiffsave_buffer()
    assert "CIELAB" in refusal(lab)


def test_random_bytes_behind_a_signature_are_refused_not_a_crash(make: Any) -> None:
    for data in (make.jpeg(make.scene(), orientation=1), make.png(make.scene())):
        for seed in range(30):
            broken = bytearray(data)
            place = 8 + seed * len(data) // 40
            broken[place : place + 6] = np.random.default_rng(seed).bytes(6)
            try:
                photograph = read(bytes(broken))
            except UnreadablePhotographError:
                continue
            encode(photograph, photograph.pixels)


def test_a_whole_file_of_an_unknown_kind_is_not_called_damaged(make: Any) -> None:
    jpeg = make.jpeg(make.scene())
    precision = jpeg.index(b"\xff\xc0") + 4
    twelve = jpeg[:precision] + b"\x0c" + jpeg[precision + 1 :]
    assert refusal(twelve) == (
        "its samples have 12 bits, which cannot be read; convert it to 16-bit TIFF"
    )
    png = make.png(make.scene())
    assert "CgBI" in refusal(png[:8] + make.png_chunk(b"CgBI", b"\x50\0\x20\2") + png[8:])
