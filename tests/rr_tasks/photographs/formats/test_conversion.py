"""Photographs of formats that are read and not written, and of colours that cannot stay."""

import io
import struct
import sys
from typing import Any

import numpy as np
import pillow_heif
import pytest
import pyvips
from PIL import Image

from rr_tasks.photographs.encoding import encode
from rr_tasks.photographs.formats.base import (
    ProtectedPhotographError,
    UnreadablePhotographError,
)
from rr_tasks.photographs.negative import open_photograph
from rr_tasks.photographs.photograph import Photograph


def saved(samples: np.ndarray, kind: str, **options: Any) -> bytes:
    with io.BytesIO() as buffer:
        Image.fromarray(samples).save(buffer, kind, **options)
        return buffer.getvalue()


def heic(samples: np.ndarray, mode: str = "RGB", **options: Any) -> bytes:
    size = (samples.shape[1], samples.shape[0])
    with io.BytesIO() as buffer:
        pillow_heif.from_bytes(mode=mode, size=size, data=samples.tobytes()).save(
            buffer, quality=95, **options
        )
        return buffer.getvalue()


def rewrite(data: bytes) -> tuple[Photograph, Image.Image]:
    photograph = open_photograph(data).develop()
    inverted: Any = np.iinfo(photograph.pixels.dtype).max - photograph.pixels
    image = Image.open(io.BytesIO(encode(photograph, inverted)))
    image.load()
    return photograph, image


def off(photograph: Photograph, samples: np.ndarray) -> float:
    """The mean difference in codes of 255."""
    seen, meant = (p * 255.0 / np.iinfo(p.dtype).max for p in (photograph.pixels, samples))
    return float(np.abs(seen - meant).mean())


def test_lossy_pictures_of_8_bits_become_jpegs_with_their_metadata(make: Any) -> None:
    samples = make.scene()
    metadata: Any = {
        "exif": b"Exif\0\0" + make.exif(1), "xmp": make.XMP, "icc_profile": make.icc()
    }  # fmt: skip
    for name, data in (("HEIC", heic(samples, **metadata)), ("AVIF", saved(samples, "AVIF", **metadata))):  # fmt: skip  # noqa: E501
        photograph, image = rewrite(data)
        assert (photograph.suffix, image.format) == (".jpg", "JPEG")
        assert photograph.lost == (f"{name} coding",)
        assert off(photograph, samples) < 4
        assert np.abs(np.asarray(image).astype(int) - (255 - photograph.pixels)).mean() < 2
        assert (image.info["xmp"], image.info["icc_profile"]) == (make.XMP, make.icc())
        assert image.getexif()[271] == "Camera Works"


def test_turned_pictures_are_upright_and_say_so(make: Any) -> None:
    exif = b"Exif\0\0" + make.exif(6)
    for data in (heic(make.scene(), exif=exif), saved(make.scene(), "AVIF", exif=exif)):
        photograph, image = rewrite(data)
        assert photograph.pixels.shape == (48, 32, 3)
        assert image.size == (32, 48)
        assert image.getexif().get(274, 1) == 1


@pytest.mark.parametrize("turned", [True, False])
def test_exif_does_not_turn_an_avif(make: Any, turned: bool) -> None:
    whole = {274: 6} if turned else {}  # which Pillow takes out, and writes as a box
    exif = Image.Exif()
    exif.update(whole | {296: 6})
    data = saved(make.scene(), "AVIF", exif=exif)
    spare, orientation = (tag + b"\0\3\0\0\0\1\0\6" for tag in (b"\1\x28", b"\1\x12"))
    assert data.count(spare) == 1
    photograph, image = rewrite(data.replace(spare, orientation))
    assert photograph.pixels.shape == ((48, 32, 3) if turned else (32, 48, 3))
    assert image.getexif()[274] == 1


def test_a_file_without_brands_is_of_another_kind(make: Any) -> None:
    with pytest.raises(UnreadablePhotographError, match="a video"):
        open_photograph(b"\0\0\0\x08ftypqt  " + bytes(9))


def test_what_needs_more_than_a_jpeg_becomes_a_png(make: Any) -> None:
    deep = make.scene(dtype=np.uint16)
    clear = make.scene(bands=4)
    ten_bits = make.vips(deep).heifsave_buffer(compression="av1", bitdepth=10)
    for data, mode, depth, samples in (
        (heic(deep, "RGB;16"), "RGB", np.uint16, deep),
        (ten_bits, "RGB", np.uint16, deep),
        (heic(clear, "RGBA"), "RGBA", np.uint8, clear[..., :3]),
        (saved(make.scene(), "JPEG2000"), "RGB", np.uint8, make.scene()),
        (saved(make.scene(), "GIF"), "RGB", np.uint8, make.scene()),
        (saved(make.scene()[..., 0], "GIF"), "RGB", np.uint8, make.scene()[..., :1]),
    ):
        photograph, image = rewrite(data)
        assert (photograph.suffix, image.format, image.mode) == (".png", "PNG", mode)
        assert "dpi" not in image.info
        assert photograph.pixels.dtype == depth
        assert off(photograph, samples) < 5
    assert rewrite(saved(make.scene(), "JPEG2000", irreversible=True))[0].suffix == ".jpg"


def test_four_inks_become_srgb_and_keep_their_name(make: Any) -> None:
    inks = make.vips(make.scene()).icc_transform("cmyk", input_profile="srgb")
    for data, name in ((inks.jpegsave_buffer(Q=95), "JPEG"), (inks.tiffsave_buffer(), "TIFF")):
        photograph, image = rewrite(data)
        assert photograph.lost == ("CMYK separations",)
        assert (photograph.suffix, image.format, image.mode) == ("", name, "RGB")
        assert "icc_profile" not in image.info
        assert off(photograph, make.scene()) < 10  # print has fewer colours


def test_floating_point_is_written_with_16_bits(make: Any) -> None:
    original = make.vips(make.scene()).colourspace("scrgb").tiffsave_buffer()
    photograph, image = rewrite(original)
    assert photograph.lost == ("floating-point samples",)
    assert (photograph.suffix, image.format) == ("", "TIFF")
    assert photograph.pixels.dtype == np.uint16
    assert off(photograph, make.scene()) < 0.1


def test_floating_grey_stays_grey(make: Any) -> None:
    light = make.vips(make.scene(bands=1)).cast("float") / 255
    photograph, image = rewrite(light.tiffsave_buffer())
    assert photograph.grey
    assert image.mode == "I;16"


def test_animations_and_collections_are_left_alone(make: Any) -> None:
    frames = [Image.fromarray(make.scene()), Image.fromarray(255 - make.scene())]
    for kind in ("GIF", "AVIF"):
        data = saved(make.scene(), kind, save_all=True, append_images=frames[1:])
        with pytest.raises(ProtectedPhotographError, match="animation"):
            open_photograph(data)
    several = pillow_heif.from_pillow(frames[0])
    several.add_from_pillow(frames[1])
    with io.BytesIO() as buffer:
        several.save(buffer)
        with pytest.raises(ProtectedPhotographError, match="2 pictures"):
            open_photograph(buffer.getvalue())


def test_brightness_for_hdr_screens_is_left_alone(make: Any) -> None:
    plain = saved(make.scene(), "AVIF")
    place = plain.index(b"colrnclx") + 10
    with pytest.raises(ProtectedPhotographError, match="HDR"):
        open_photograph(plain[:place] + b"\0\x10" + plain[place + 2 :])


@pytest.mark.parametrize("kind", ["HEIC", "AVIF", "JPEG2000", "GIF"])
def test_what_is_cut_off_fails(make: Any, kind: str) -> None:
    data = heic(make.scene()) if kind == "HEIC" else saved(make.scene(), kind)
    with pytest.raises(UnreadablePhotographError, match="damaged or truncated"):
        open_photograph(data[: len(data) * 2 // 3]).develop()


def test_a_bomb_is_refused_by_its_header(make: Any) -> None:
    gif = saved(make.scene(), "GIF")
    bomb = gif[:6] + struct.pack("<HH", 65535, 65535) + gif[10:]
    with pytest.raises(UnreadablePhotographError, match="more than the limit"):
        open_photograph(bomb)


def test_without_the_library_the_extra_is_named(make: Any, monkeypatch: Any) -> None:
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    with pytest.raises(UnreadablePhotographError, match=r"reason-and-restore\[heic\]"):
        open_photograph(heic(make.scene()))


def test_iptc_goes_along_into_a_jpeg(make: Any) -> None:
    inks = make.vips(make.scene()).icc_transform("cmyk", input_profile="srgb").copy()
    inks.set_type(pyvips.GValue.blob_type, "iptc-data", make.IPTC)
    photograph, _ = rewrite(inks.jpegsave_buffer())
    assert make.IPTC in encode(photograph, photograph.pixels)


def test_inks_with_a_profile_of_other_colours_are_converted_all_the_same(make: Any) -> None:
    inks = make.vips(make.scene()).icc_transform("cmyk", input_profile="srgb").copy()
    inks.remove("icc-profile-data")
    plain = inks.jpegsave_buffer(Q=95)
    expected = open_photograph(plain).develop().pixels
    for icc in (make.icc(), b"no profile" * 30):
        seen = open_photograph(make.insert_profile(plain, icc)).develop().pixels
        assert np.array_equal(seen, expected)
