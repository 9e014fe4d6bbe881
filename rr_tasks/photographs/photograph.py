"""Reads a photograph for the engine and writes the restored one back in the same form."""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pyvips

from rr_tasks.archive.engine import Pixels
from rr_tasks.photographs.formats.base import (
    Facts,
    ImageFormat,
    UnreadablePhotographError,
    facts_of,
)
from rr_tasks.photographs.formats.jpeg import JpegFormat
from rr_tasks.photographs.formats.png import PngFormat
from rr_tasks.photographs.formats.tiff import TiffFormat
from rr_tasks.photographs.formats.webp import WebpFormat

FORMATS: tuple[ImageFormat, ...] = (JpegFormat(), PngFormat(), WebpFormat(), TiffFormat())
_ICC = "icc-profile-data"
_COLOUR_SPACES = {"srgb", "rgb", "rgb16", "b-w", "grey16"}
_SAMPLES: dict[str, tuple[str, str]] = {"uchar": ("b-w", "srgb"), "ushort": ("grey16", "rgb16")}
_BYTES_PER_SAMPLE = {"uchar": 1, "ushort": 2}

Samples = npt.NDArray[Any]


@dataclass(frozen=True, eq=False)
class Photograph:
    """A decoded photograph, upright as it is displayed.

    `pixels` are (H, W, 3), a grey photograph's three channels being equal; `alpha` is (H, W) of the
    same type. `source` is the original file, whose metadata and encoding the output takes over.
    """

    pixels: Pixels
    alpha: Samples | None
    grey: bool
    orientation: int
    format: ImageFormat
    facts: Facts
    icc: bytes | None
    source: bytes


@dataclass(frozen=True, eq=False)
class Negative:
    """An opened photograph whose header is known, but whose pixels are not decoded yet."""

    image: pyvips.Image
    format: ImageFormat
    source: bytes

    @property
    def weight(self) -> int:
        """Number of pixels, those of 16 bits counting twice."""
        return int(self.image.width * self.image.height * _BYTES_PER_SAMPLE[self.image.format])

    def develop(self) -> Photograph:
        """Decode the pixels.

        Raises:
            UnreadablePhotographError: the data is truncated or damaged.
        """
        facts = facts_of(self.image)
        icc = self.image.get(_ICC) if self.image.get_typeof(_ICC) else None
        try:
            samples = self.image.numpy()
        except pyvips.Error as error:
            raise _damaged(self.format, error) from error
        samples = samples.reshape(self.image.height, self.image.width, self.image.bands)
        orientation = int(facts.get("orientation", 1))
        upright = _turn(samples, orientation)
        colours = 1 if self.image.bands < 3 else 3
        alpha = upright[..., colours].copy() if self.image.bands > colours else None
        pixels = np.repeat(upright[..., :1], 3, axis=2) if colours == 1 else upright[..., :3]
        return Photograph(
            pixels=np.ascontiguousarray(pixels),
            alpha=alpha,
            grey=colours == 1,
            orientation=orientation,
            format=self.format,
            facts=facts,
            icc=icc,
            source=self.source,
        )


def largest_file(max_pixels: int) -> int:
    """Return the number of bytes above which no photograph of `max_pixels` is that large."""
    return max_pixels * 8 + 2**26


def open_photograph(source: bytes, max_pixels: int) -> Negative:
    """Read the header of a file and check that it can be restored.

    Args:
        source: the whole file.
        max_pixels: photographs with more pixels are refused before they are decoded.

    Raises:
        UnreadablePhotographError: the file is empty, no image, damaged, too large, or of a kind
            that could not be written back as it was (animation, several pages, CMYK, float).
    """
    if not source:
        raise UnreadablePhotographError("the file is empty")
    known = next((known for known in FORMATS if known.matches(source)), None)
    if known is None:
        raise UnreadablePhotographError("the file is not a JPEG, PNG, WebP or TIFF image")
    try:
        image = known.load(source)
    except pyvips.Error as error:
        raise _damaged(known, error) from error
    if image.width * image.height > max_pixels:
        raise UnreadablePhotographError(
            f"{image.width} x {image.height} pixels are more than the limit of {max_pixels} "
            "(max_pixels)"
        )
    reason = known.refusal(source, facts_of(image)) or _unsuited(image)
    if reason is not None:
        raise UnreadablePhotographError(reason)
    return Negative(image=image, format=known, source=source)


def encode(photograph: Photograph, pixels: Pixels) -> bytes:
    """Encode restored pixels as the original was: format, depth, channels, layout, metadata.

    Args:
        photograph: the original.
        pixels: (H, W, 3), same shape and type as the original's; a grey original becomes the luma.

    Raises:
        UnreadablePhotographError: the encoder refuses (a size that the format cannot hold).
    """
    colours = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)[..., None] if photograph.grey else pixels
    if photograph.alpha is not None:
        colours = np.concatenate([colours, photograph.alpha[..., None]], axis=2)
    laid = np.ascontiguousarray(_turn_back(colours, photograph.orientation))
    image = pyvips.Image.new_from_array(laid)
    image = image.copy(interpretation=_SAMPLES[image.format][0 if photograph.grey else 1])
    try:
        encoded = photograph.format.save(image, photograph.source, photograph.facts)
    except pyvips.Error as error:
        raise UnreadablePhotographError(
            f"the restored photograph cannot be encoded as {photograph.format.name}"
        ) from error
    return photograph.format.transplant(encoded, photograph.source)


def _damaged(known: ImageFormat, error: pyvips.Error) -> UnreadablePhotographError:
    if "premature end" in str(error):
        return UnreadablePhotographError(f"the {known.name} data is truncated")
    return UnreadablePhotographError(f"the {known.name} data is damaged or truncated")


def _unsuited(image: pyvips.Image) -> str | None:
    if image.interpretation == "cmyk":
        return "its colours are CMYK, for print; convert it to RGB first"
    if image.format not in _SAMPLES:
        return f"its samples ({image.format}) are neither 8 nor 16 bits"
    if image.interpretation not in _COLOUR_SPACES or image.bands > 4:
        return f"its colour space ({image.interpretation}, {image.bands} channels) is not supported"
    return None


def _turn(samples: Samples, orientation: int) -> Samples:
    """Turn stored rows and columns into displayed ones; `orientation` is the EXIF value, 1-8."""
    turned = samples
    if orientation >= 5:
        turned = cv2.transpose(turned)
    if orientation in (3, 7):
        turned = cv2.flip(turned, -1)
    elif orientation in (4, 8):
        turned = cv2.flip(turned, 0)
    elif orientation in (2, 6):
        turned = cv2.flip(turned, 1)
    # OpenCV drops the axis of a single channel
    return turned.reshape(*turned.shape[:2], samples.shape[2])


def _turn_back(samples: Samples, orientation: int) -> Samples:
    inverse = {6: 8, 8: 6}.get(orientation, orientation)
    return _turn(samples, inverse)
