"""Reads a restored file back with two decoders, before it counts.

libvips and Pillow must both decode all of it, and to the samples that it was made from. What
they say of its form and metadata is compared with the original.
"""

import io
from collections.abc import Callable, Mapping

import cv2
import numpy as np
import pyvips
from PIL import Image

from rr_tasks.photographs.formats.base import UnfaithfulOutputError, facts_of, metadata_of
from rr_tasks.photographs.formats.catalogue import identify
from rr_tasks.photographs.metadata import check_metadata
from rr_tasks.photographs.orientation import turn_back
from rr_tasks.photographs.photograph import Photograph
from rr_tasks.photographs.pixels import Bytes, Samples, to_8_bits
from rr_tasks.photographs.profile import FIELD

_STRIP = 64
_BLOCK = 16
_AVERAGE, _LARGEST = 8, 48
"""Codes of 255 by which the means of blocks may differ after a lossy encoding. Halved chroma alone
moves that of a block of single red and blue pixels by 12."""

_PILLOW = {"exif": "EXIF data", "xmp": "XMP data", "icc_profile": "colour profile"}
"""What Pillow calls them."""
Decoder = Callable[[bytes, int, Photograph], Bytes]


def verify(encoded: bytes, photograph: Photograph, samples: Samples) -> None:
    """Compare a restored file with what it should hold.

    Args:
        encoded: the file.
        photograph: the original, whose form and metadata it should have.
        samples: (H, W, C) that it was made from, in the orientation in which they are stored.

    Raises:
        UnfaithfulOutputError: it does not decode, or not to that.
    """
    lossless = photograph.format.lossless(photograph.source, photograph.facts)
    image = _open(encoded, photograph)
    _check_form(image, photograph, samples)
    check_metadata(metadata_of(image), photograph.metadata)
    try:
        decoded = image.numpy().reshape(samples.shape)
    except pyvips.Error as error:
        raise UnfaithfulOutputError("the restored file cannot be decoded") from error
    _check_samples(decoded, samples, lossless)
    del decoded
    _check_with_another_decoder(encoded, photograph, samples, lossless)


def _open(encoded: bytes, photograph: Photograph) -> pyvips.Image:
    written = identify(encoded)
    if written is None or written.name != photograph.format.name:
        raise UnfaithfulOutputError(f"the restored file is no {photograph.format.name} image")
    if written.damage(encoded) is not None:
        raise UnfaithfulOutputError("the restored file cannot be decoded")
    try:
        return written.load(encoded)
    except pyvips.Error as error:
        raise UnfaithfulOutputError("the restored file cannot be opened") from error


def _check_form(image: pyvips.Image, photograph: Photograph, samples: Samples) -> None:
    height, width, channels = samples.shape
    found = {
        "size": (image.width, image.height) == (width, height),
        "number of channels": image.bands == channels,
        "depth": image.format == ("ushort" if samples.dtype == np.uint16 else "uchar"),
        "orientation": facts_of(image).get("orientation", 1) == photograph.orientation,
    }
    for name, right in found.items():
        if not right:
            raise UnfaithfulOutputError(f"the restored file has another {name}")


def _check_samples(found: Samples, expected: Samples, lossless: bool) -> None:
    if lossless:
        if not np.array_equal(found, expected):
            raise UnfaithfulOutputError("the restored file decodes to other pixels")
        return
    off = np.abs(_block_means(_visible(found)) - _block_means(_visible(expected)))
    unit = np.iinfo(expected.dtype).max / 255
    if off.mean() > _AVERAGE * unit or off.max() > _LARGEST * unit:
        raise UnfaithfulOutputError("the restored file decodes to other colours")


def _visible(samples: Samples) -> Samples:
    """Multiply colours by opacity, because files that store them so lose those of faint pixels."""
    if samples.shape[2] in (1, 3):
        return samples
    alpha = np.repeat(samples[..., -1:], samples.shape[2] - 1, axis=2)
    seen = cv2.multiply(
        np.ascontiguousarray(samples[..., :-1]), alpha, scale=1 / np.iinfo(samples.dtype).max
    )
    return np.concatenate([seen.reshape(alpha.shape), samples[..., -1:]], axis=2)


def _block_means(samples: Samples) -> Samples:
    height, width = (-(-side // _BLOCK) for side in samples.shape[:2])
    means = cv2.resize(samples, (width, height), interpolation=cv2.INTER_AREA)
    return np.asarray(means, np.float32).reshape(height, width, samples.shape[2])


def _check_with_another_decoder(
    encoded: bytes, photograph: Photograph, samples: Samples, lossless: bool
) -> None:
    """Ask Pillow, and OpenCV where Pillow is no second decoder.

    That is BMP, which it decodes in the first place, and JPEG and TIFF whose originals it does not
    read right, because much of these files is the original's own. If OpenCV does not read the
    original right either, as of grey TIFF of 16 bits with opacity, nobody can be asked.
    """
    for decode in _DECODERS.get(photograph.format.name, (_decode_with_pillow,)):
        try:
            _compare(decode, encoded, photograph, samples, lossless)
            return
        except UnfaithfulOutputError:
            mixed = photograph.format.name in ("JPEG", "TIFF")
            if not mixed or _reads_original(decode, photograph):
                raise


def _reads_original(decode: Decoder, photograph: Photograph) -> bool:
    """Tell whether a decoder finds in the original what libvips does."""
    upright = photograph.colours
    if photograph.alpha is not None:
        upright = np.concatenate([upright, photograph.alpha[..., None]], axis=2)
    stored = turn_back(upright, photograph.orientation)
    try:
        _compare(decode, photograph.source, photograph, stored, lossless=False)
    except UnfaithfulOutputError:
        return False
    return True


def _compare(
    decode: Decoder, encoded: bytes, photograph: Photograph, samples: Samples, lossless: bool
) -> None:
    try:
        seen = decode(encoded, samples.shape[2], photograph)
    except UnfaithfulOutputError:
        raise
    except Exception as error:
        raise UnfaithfulOutputError("other programs cannot decode the restored file") from error
    if seen.shape != samples.shape:
        raise UnfaithfulOutputError("the restored file has another size for other programs")
    _check_samples(seen, to_8_bits(samples), lossless)


def _decode_with_pillow(encoded: bytes, channels: int, photograph: Photograph) -> Bytes:
    """Return (H, W, channels) as Pillow sees them, the upper 8 bits of 16."""
    with Image.open(io.BytesIO(encoded)) as image:
        image.load()
        for name in sorted(_seen_metadata(photograph) - _of(image)):
            raise UnfaithfulOutputError(
                f"other programs find no {_PILLOW[name]} in the restored file"
            )
        if image.mode.startswith("I"):
            seen = (np.asarray(image) >> 8).astype(np.uint8)[..., None]
        else:
            seen = _to_array(image, "RGBA" if channels in (2, 4) else "RGB")
    if photograph.format.name == "TIFF":  # Pillow turns these upright, and no others
        seen = turn_back(seen, photograph.orientation)
    return seen[..., :channels] if channels != 2 else seen[..., ::3]


def _to_array(image: Image.Image, mode: str) -> Bytes:
    """Convert a strip at a time, because Pillow copies more than once."""
    array = np.empty((image.height, image.width, len(mode)), np.uint8)
    for top in range(0, image.height, _STRIP):
        strip = image.crop((0, top, image.width, min(top + _STRIP, image.height)))
        array[top : top + _STRIP] = np.asarray(strip.convert(mode))
    return array


def _seen_metadata(photograph: Photograph) -> set[str]:
    """Return what Pillow finds in the original, less a profile that conversion made untrue."""
    untrue = set() if FIELD in photograph.metadata else {"icc_profile"}
    try:
        with Image.open(io.BytesIO(photograph.source)) as image:
            return _of(image) - untrue
    except Exception:  # noqa: BLE001 - not every original can be read by Pillow
        return set()


def _of(image: Image.Image) -> set[str]:
    return {name for name in _PILLOW if image.info.get(name)}


def _decode_with_opencv(encoded: bytes, channels: int, photograph: Photograph) -> Bytes:
    """Return (H, W, channels) as OpenCV sees them, the upper 8 bits of 16."""
    del photograph
    decoded = cv2.imdecode(np.frombuffer(encoded, np.uint8), cv2.IMREAD_UNCHANGED)
    if decoded is None:
        raise UnfaithfulOutputError("other programs cannot decode the restored file")
    seen = to_8_bits(decoded.reshape(*decoded.shape[:2], -1))
    order = [2, 1, 0, 3] if seen.shape[2] >= 3 else [0, 1]
    return seen[..., order[: min(channels, seen.shape[2])]]


_DECODERS: Mapping[str, tuple[Decoder, ...]] = {
    "BMP": (_decode_with_opencv,),
    "JPEG": (_decode_with_pillow, _decode_with_opencv),
    "TIFF": (_decode_with_pillow, _decode_with_opencv),
}
