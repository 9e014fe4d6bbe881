import struct
from typing import Any

import numpy as np
import pytest
import pyvips

from rr_tasks.photographs.encoding import encode
from rr_tasks.photographs.negative import open_photograph
from rr_tasks.photographs.photograph import Photograph

LIMIT = 10_000_000


def read(data: bytes, limit: int = LIMIT) -> Photograph:
    return open_photograph(data, limit).develop()


def rewrite(data: bytes) -> tuple[pyvips.Image, bytes]:
    """Read, invert, write, and open the result with libvips alone."""
    photograph = read(data)
    inverted = np.iinfo(photograph.pixels.dtype).max - photograph.pixels
    encoded = encode(photograph, inverted)
    return pyvips.Image.new_from_buffer(encoded, "", fail_on="warning"), encoded


def difference(image: pyvips.Image, expected: np.ndarray) -> float:
    got = image.numpy().reshape(expected.shape)
    return float(np.abs(got.astype(float) - expected.astype(float)).max())


def inverted(samples: np.ndarray) -> np.ndarray:
    return np.iinfo(samples.dtype).max - samples


@pytest.mark.parametrize("orientation", range(1, 9))
def test_jpeg_keeps_what_is_displayed_and_every_kind_of_metadata(
    make: Any, orientation: int
) -> None:
    original = make.jpeg(make.scene(), orientation=orientation)
    photograph = read(original)
    displayed = pyvips.Image.new_from_buffer(original, "").autorot()
    assert photograph.pixels.shape[:2] == (displayed.height, displayed.width)
    assert np.array_equal(photograph.pixels, displayed.numpy())

    image, encoded = rewrite(original)
    assert (image.width, image.height) == (48, 32)
    assert difference(image.autorot(), inverted(displayed.numpy())) <= 6
    assert image.get("orientation") == orientation
    for kept in (make.exif(orientation), make.XMP, make.icc(), make.IPTC, b"a comment"):
        assert encoded.count(kept) == 1
    assert encoded[:20] == original[:20]  # the resolution


@pytest.mark.parametrize(("mode", "expected"), [("on", "4:2:0"), ("off", "4:4:4")])
def test_jpeg_keeps_its_chroma_resolution(make: Any, mode: str, expected: str) -> None:
    image, _ = rewrite(make.jpeg(make.scene(), subsample_mode=mode))
    assert image.get("jpeg-chroma-subsample") == expected


def test_jpeg_of_a_phone_does_not_promise_a_second_image_that_is_gone(make: Any) -> None:
    plain = make.jpeg(make.scene())
    body = b"MPF\0" + b"II*\0" * 5
    original = plain[:2] + b"\xff\xe2" + struct.pack(">H", len(body) + 2) + body + plain[2:]
    assert b"MPF\0" not in rewrite(original)[1]


def test_grey_is_three_equal_channels_for_the_engine_and_grey_again_on_disk(make: Any) -> None:
    samples = make.scene(bands=1)
    photograph = read(make.jpeg(samples))
    assert photograph.pixels.shape == (32, 48, 3)
    assert np.ptp(photograph.pixels, axis=2).max() == 0
    image, _ = rewrite(make.jpeg(samples))
    assert (image.bands, image.interpretation) == (1, "b-w")
    assert difference(image, inverted(samples)) <= 3


@pytest.mark.parametrize("bands", [1, 2, 3, 4])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("kind", ["png", "tiff"])
def test_lossless_formats_keep_depth_channels_and_alpha(
    make: Any, bands: int, dtype: type[np.generic], kind: str
) -> None:
    samples = make.scene(bands=bands, dtype=dtype)
    saved = make.vips(samples)
    original = saved.pngsave_buffer() if kind == "png" else saved.tiffsave_buffer()
    photograph = read(original)
    assert photograph.pixels.dtype == dtype
    image, _ = rewrite(original)
    expected = inverted(samples)
    if bands in (2, 4):
        expected[..., -1] = samples[..., -1]
    assert image.numpy().dtype == dtype
    assert difference(image, expected.reshape(image.numpy().shape)) == 0


def test_png_keeps_its_chunks_byte_for_byte(make: Any) -> None:
    extra = [
        (b"gAMA", struct.pack(">I", 45455)),
        (b"pHYs", struct.pack(">IIB", 11811, 11811, 1)),
        (b"tEXt", b"Author\0me"),
        (b"eXIf", make.exif(6, ">")),
        (b"prVt", b"stays true whatever the pixels are"),
        (b"prVT", b"is about these pixels"),
    ]
    image, encoded = rewrite(make.png(make.scene(), *extra))
    for kind, body in extra[:-1]:
        assert make.png_chunk(kind, body) in encoded
    assert b"prVT" not in encoded
    assert image.get("orientation") == 6
    assert (image.width, image.height) == (48, 32)


def test_png_palette_stays_a_palette(make: Any) -> None:
    image, encoded = rewrite(make.vips(make.scene()).pngsave_buffer(palette=True, bitdepth=4))
    assert image.get("palette") == 1
    assert image.get("bits-per-sample") == 4
    assert encoded.index(b"PLTE") < encoded.index(b"IDAT")


@pytest.mark.parametrize("lossless", [True, False])
@pytest.mark.parametrize("bands", [3, 4])
def test_webp_keeps_its_compression_alpha_and_metadata(
    make: Any, lossless: bool, bands: int
) -> None:
    samples = make.scene(bands=bands)
    tagged = make.vips(samples).copy()
    for name, value in (("exif-data", make.exif(3)), ("xmp-data", make.XMP)):
        tagged.set_type(pyvips.GValue.blob_type, name, value)
    tagged.set_type(pyvips.GValue.blob_type, "icc-profile-data", make.icc())
    original = tagged.webpsave_buffer(lossless=lossless, Q=95)
    before = pyvips.Image.new_from_buffer(original, "")
    image, encoded = rewrite(original)
    assert (b"VP8L" in encoded) is lossless
    for name in ("exif-data", "xmp-data", "icc-profile-data"):
        assert image.get(name) == before.get(name)
    assert image.bands == bands
    expected = inverted(samples)
    expected[..., 3:] = samples[..., 3:]
    assert difference(image, expected) <= (0 if lossless else 12)


def test_webp_without_metadata_stays_plain(make: Any) -> None:
    image, _ = rewrite(make.vips(make.scene()).webpsave_buffer(keep="none"))
    assert (image.width, image.height) == (48, 32)


@pytest.mark.parametrize("size", [(1, 1), (3, 517), (517, 3), (1, 2)])
@pytest.mark.parametrize("saver", ["jpegsave_buffer", "pngsave_buffer", "webpsave_buffer", "tiffsave_buffer"])  # fmt: skip  # noqa: E501
def test_odd_sizes_are_kept(make: Any, size: tuple[int, int], saver: str) -> None:
    image, _ = rewrite(getattr(make.vips(make.scene(*size)), saver)())
    assert (image.width, image.height) == size


def test_the_name_does_not_decide_the_format(make: Any) -> None:
    assert rewrite(make.png(make.scene()))[1].startswith(b"\x89PNG")
