"""A restored file counts only if it reads back as what it should be."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import pyvips

from rr_tasks.photographs.encoding import encode
from rr_tasks.photographs.formats.base import UnfaithfulOutputError
from rr_tasks.photographs.negative import open_photograph


class Meddler:
    """Writes as a format does, and then spoils the file."""

    def __init__(self, format_: Any, spoil: Callable[[bytes], bytes]) -> None:
        self._format, self._spoil = format_, spoil

    def __getattr__(self, name: str) -> Any:
        return getattr(self._format, name)

    def transplant(self, encoded: bytes, source: bytes) -> bytes:
        return self._spoil(self._format.transplant(encoded, source))


def reason(original: bytes, spoil: Callable[[bytes], bytes]) -> str:
    photograph = open_photograph(original).develop()
    encode(photograph, photograph.pixels)  # which is faithful
    spoilt = replace(photograph, format=Meddler(photograph.format, spoil))
    with pytest.raises(UnfaithfulOutputError) as caught:
        encode(spoilt, photograph.pixels)
    return str(caught.value)


def exchange(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    return lambda data: data.replace(old, new)


def again(change: Callable[[pyvips.Image], pyvips.Image]) -> Callable[[bytes], bytes]:
    """Save the file anew, changed."""

    def spoil(data: bytes) -> bytes:
        image = pyvips.Image.new_from_buffer(data, "")
        kind = ".jpg[Q=95]" if data[:2] == b"\xff\xd8" else ".png"
        return bytes(change(image).write_to_buffer(kind))

    return spoil


@pytest.mark.parametrize("kind", ["jpeg", "png"])
def test_another_picture_than_was_meant_is_found(make: Any, kind: str) -> None:
    samples = make.scene(90, 60)
    original = make.jpeg(samples) if kind == "jpeg" else make.png(samples)
    assert "size" in reason(original, again(lambda image: image.crop(0, 0, 89, 60)))
    assert "channels" in reason(original, again(lambda image: image.colourspace("b-w")))
    swapped = again(lambda image: pyvips.Image.bandjoin(image[2], image[1:]).bandjoin([])[:3])
    assert "other" in reason(original, swapped)
    assert "other" in reason(original, again(lambda image: image.fliphor()))
    assert "no" in reason(original, lambda data: b"GIF89a" + data)
    assert "decoded" in reason(original, lambda data: data[: len(data) * 2 // 3])


def test_depth_and_orientation_are_compared(make: Any) -> None:
    original = make.png(make.scene(dtype=np.uint16))
    shallow = again(lambda image: (image >> 8).copy(interpretation="srgb").cast("uchar"))
    assert "depth" in reason(original, shallow)
    turned = make.png(make.scene(), (b"eXIf", make.exif(6)))
    drop = again(lambda image: pyvips.Image.new_from_array(image.numpy()))
    assert "orientation" in reason(turned, drop)


def test_metadata_that_did_not_come_along_is_named(make: Any) -> None:
    original = make.jpeg(make.scene(), orientation=1)
    for whole, other, name in (
        (make.XMP, b"", "XMP"),
        (b"ICC_PROFILE\0", b"ICC_PROFILX\0", "colour profile"),
        (b"Title", b"Titel", "IPTC"),
        (b"Camera Works", b"Camera Worse", "EXIF"),
    ):
        assert name in reason(original, exchange(whole, other.ljust(len(whole))))


def test_what_other_programs_refuse_does_not_count(make: Any) -> None:
    original = make.png(make.scene(), (b"tEXt", b"Author\0me"))
    assert "other programs" in reason(original, exchange(b"\0me", b"\0us"))


def test_an_original_that_other_programs_refuse_excuses_no_output(make: Any) -> None:
    chunk = make.png_chunk(b"tEXt", b"Author\0me")
    plain = make.png(make.scene())
    original = plain[:33] + chunk[:-4] + bytes(4) + plain[33:]
    assert "other programs" in reason(original, exchange(chunk, chunk[:-4] + bytes(4)))


@pytest.mark.parametrize("subsampling", ["on", "off"])
def test_the_roughest_pictures_that_are_encoded_rightly_pass(make: Any, subsampling: str) -> None:
    rng = np.random.default_rng(0)
    stripes = np.zeros((64, 64, 3), np.uint8)
    stripes[:, ::2, 0] = stripes[:, 1::2, 2] = 255
    for rough in (rng.integers(0, 256, (64, 64, 3), np.uint8), stripes):
        for data in (
            make.jpeg(rough, subsample_mode=subsampling),
            make.vips(rough).webpsave_buffer(keep="none"),
            make.vips(rough).pngsave_buffer(palette=True, bitdepth=4, keep="none"),
        ):
            photograph = open_photograph(data).develop()
            flipped: Any = np.ascontiguousarray(photograph.pixels[::-1])
            encode(photograph, flipped)
