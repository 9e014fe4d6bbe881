import io
from typing import Any

import cv2
import numpy as np
import pytest
import pyvips
from PIL import Image

from rr_tasks.photographs.encoding import encode
from rr_tasks.photographs.formats.base import UnreadablePhotographError
from rr_tasks.photographs.formats.jpeg.segments import read_layout
from rr_tasks.photographs.negative import open_photograph

CHROMA = {
    "411": ((4, 1), cv2.IMWRITE_JPEG_SAMPLING_FACTOR_411),
    "420": ((2, 2), cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420),
    "422": ((2, 1), cv2.IMWRITE_JPEG_SAMPLING_FACTOR_422),
    "440": ((1, 2), cv2.IMWRITE_JPEG_SAMPLING_FACTOR_440),
    "444": ((1, 1), cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444),
}


def rewrite(data: bytes) -> bytes:
    photograph = open_photograph(data).develop()
    return encode(photograph, 255 - photograph.pixels)


def frame(data: bytes) -> Any:
    return read_layout(data).frame


def packed(samples: np.ndarray, *options: int) -> bytes:
    return cv2.imencode(".jpg", samples, options)[1].tobytes()


def oddities(data: bytes) -> dict[str, bytes]:
    """A file with an EXIF block in front of an ICC profile, in forms that decoders accept."""
    exif, icc, tables = (data.index(marker) for marker in (b"\xff\xe1", b"\xff\xe2", b"\xff\xdb"))
    scan = data.index(b"\xff\xda")
    return {
        "stray bytes before EXIF": data[:exif] + b"\0\0\0" + data[exif:],
        "a stray FF 00 before EXIF": data[:exif] + b"\xff\0" + data[exif:],
        "a stray byte before the profile": data[:icc] + b"\0" + data[icc:],
        "fill bytes before EXIF": data[:exif] + b"\xff" * 1000 + data[exif:],
        "TEM before EXIF": data[:exif] + b"\xff\x01" + data[exif:],
        "restart markers before EXIF": data[:exif] + b"\xff\xd0\xff\xd7" + data[exif:],
        "a comment before EXIF": data[:exif] + b"\xff\xfe\0\x05abc" + data[exif:],
        "EXIF behind the tables": data[:2] + data[tables:scan] + data[2:tables] + data[scan:],
        "bytes behind the end": data + b"thank you\r\n",
        "zeros before the end marker": data[:-2] + bytes(1000) + data[-2:],
        "fill bytes before the end marker": data[:-2] + b"\xff" * 1000 + data[-2:],
        "the height once more behind the scan": data[:-2] + b"\xff\xdc\0\4\0\x20" + data[-2:],
        "stray bytes behind the start": data[:2] + b"\0\0" + data[2:],
        "no end marker": data[:-2],
        "half an end marker": data[:-1],
    }


@pytest.mark.parametrize("name", oddities(b"\xff\xe1\xff\xe2\xff\xdb\xff\xda"))
def test_what_decoders_accept_keeps_its_metadata_and_turn(make: Any, name: str) -> None:
    plain = make.jpeg(make.scene(), orientation=6)
    data = oddities(plain)[name]
    seen = pyvips.Image.new_from_buffer(plain, "").autorot().numpy()
    assert np.array_equal(open_photograph(data).develop().pixels, seen)
    written = rewrite(data)
    for kept in (make.exif(6), make.XMP, make.icc(), make.IPTC, b"a comment"):
        assert written.count(kept) == 1
    assert written.endswith(b"thank you\r\n") is name.startswith("bytes")
    with Image.open(io.BytesIO(written)) as image:
        assert image.getexif()[274] == 6


def test_of_two_exif_blocks_both_are_kept_in_order(make: Any) -> None:
    first, second = (make.segment(0xE1, b"Exif\0\0" + make.exif(turn)) for turn in (6, 1))
    data = make.insert(make.jpeg(make.scene()), first, make.segment(0xFE, b"between"), second)
    written = rewrite(data)
    assert written.index(first) < written.index(b"between") < written.index(second)
    turned = [open_photograph(file).develop().orientation for file in (data, written)]
    assert turned[0] == turned[1]


def test_comments_between_the_scans_of_a_progressive_file_are_kept(make: Any) -> None:
    data = make.jpeg(make.scene(200, 150), interlace=True)
    second_scan = data.index(b"\xff\xda", data.index(b"\xff\xda") + 2)
    data = data[:second_scan] + make.segment(0xFE, b"in the middle") + data[second_scan:]
    written = rewrite(data)
    assert written.count(b"in the middle") == 1
    assert frame(written).progressive
    assert not frame(rewrite(make.jpeg(make.scene()))).progressive


@pytest.mark.parametrize("name", CHROMA)
@pytest.mark.parametrize("progressive", [0, 1])
def test_chroma_keeps_its_resolution(make: Any, name: str, progressive: int) -> None:
    expected, option = CHROMA[name]
    options = (cv2.IMWRITE_JPEG_SAMPLING_FACTOR, option, cv2.IMWRITE_JPEG_PROGRESSIVE, progressive)
    original = packed(make.scene(65, 33), *options)
    assert frame(original).chroma == expected
    written = frame(rewrite(original))
    assert (written.chroma, written.progressive) == (expected, bool(progressive))


def test_unusual_chroma_becomes_no_coarser(make: Any) -> None:
    original = bytearray(
        packed(make.scene(64, 32), cv2.IMWRITE_JPEG_SAMPLING_FACTOR, CHROMA["420"][1])
    )
    luma = original.index(b"\x03\x01\x22\x00\x02\x11\x01\x03\x11\x01") + 2
    assert frame(bytes(original)).chroma == (2, 2)
    original[luma + 3] = 0x21  # blue and red of different resolution
    assert frame(bytes(original)).chroma == (1, 1)


def test_samples_that_are_coded_as_rgb_keep_their_colours(make: Any) -> None:
    file = io.BytesIO()
    Image.fromarray(make.scene()).save(file, "JPEG", quality=95, keep_rgb=True)
    original = file.getvalue()
    assert b"Adobe" in original
    assert np.abs(open_photograph(original).develop().pixels.astype(int) - make.scene()).max() < 6
    written = rewrite(original)
    assert b"Adobe" not in written
    for decoded in (
        pyvips.Image.new_from_buffer(written, "").numpy(),
        Image.open(io.BytesIO(written)),
    ):
        assert np.abs(np.asarray(decoded).astype(int) - (255 - make.scene())).max() < 9


@pytest.mark.parametrize(
    ("marker", "bits", "reason"),
    [
        (0xC1, 12, "its samples have 12 bits"),
        (0xC3, 8, "it is a lossless JPEG, which is not supported"),
        (0xC3, 16, "it is a lossless JPEG, which is not supported"),
        (0xC5, 8, "it is a hierarchical JPEG, which is not supported"),
        (0xF7, 8, "it is a JPEG-LS image, which is not supported"),
    ],
)
def test_whole_files_of_other_kinds_are_called_by_their_name(
    make: Any, marker: int, bits: int, reason: str
) -> None:
    data = bytearray(make.jpeg(make.scene()))
    start = data.index(b"\xff\xc0")
    data[start + 1], data[start + 4] = marker, bits
    with pytest.raises(UnreadablePhotographError, match=reason):
        open_photograph(bytes(data))


def test_a_height_behind_the_picture_is_named(make: Any) -> None:
    data = bytearray(make.jpeg(make.scene()))
    start = data.index(b"\xff\xc0") + 5
    height, data[start : start + 2] = bytes(data[start : start + 2]), bytes(2)
    with pytest.raises(UnreadablePhotographError, match="DNL"):
        open_photograph(bytes(data[:-2]) + make.segment(0xDC, height) + bytes(data[-2:]))
