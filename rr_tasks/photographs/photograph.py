"""Decodes a photograph to what a viewer shows, and encodes the restored one in the same form."""

from dataclasses import dataclass

import cv2
import numpy as np
import pyvips

from rr_tasks.photographs.formats.base import (
    Facts,
    ImageFormat,
    UnreadablePhotographError,
    facts_of,
    to_vips,
)
from rr_tasks.photographs.formats.bmp import BmpFormat
from rr_tasks.photographs.formats.jpeg import JpegFormat
from rr_tasks.photographs.formats.png import PngFormat
from rr_tasks.photographs.formats.tiff import TiffFormat
from rr_tasks.photographs.formats.webp import WebpFormat
from rr_tasks.photographs.orientation import turn_back, turn_upright
from rr_tasks.photographs.pixels import Pixels, Samples
from rr_tasks.photographs.profile import FIELD, Profile, UnusableProfileError, read_profile
from rr_tasks.photographs.transparency import fill_hidden

FORMATS: tuple[ImageFormat, ...] = (
    *(JpegFormat(), PngFormat(), WebpFormat(), TiffFormat()),
    BmpFormat(),
)
MAX_PIXELS = 200_000_000
"""Photographs with more pixels are refused, unless a user says otherwise."""

_REASONS = {
    "premature end": "the {} data is truncated",
    "data precision": "its samples have 12 bits, which cannot be read; convert it to 16-bit TIFF",
    "support is not configured": "its compression cannot be read; save it with another one",
    "bad labq format": "its colours are CIELAB; convert it to RGB first",
}
"""What libvips says of files that it cannot read, and what that means."""

_COLOUR_SPACES = {"srgb", "rgb", "rgb16", "b-w", "grey16"}
_BYTES_PER_SAMPLE = {"uchar": 1, "ushort": 2}


@dataclass(frozen=True, eq=False)
class Photograph:
    """A decoded photograph, upright as it is displayed.

    Attributes:
        pixels: (H, W, 3), sRGB of 8 or 16 bits, as a viewer shows them; a grey photograph's three
            channels are equal. Where nothing is visible, colours continue the surrounding ones.
        colours: (H, W, 3), or (H, W, 1) of a grey photograph: the file's own values, of the same
            type.
        alpha: (H, W) of the same type, 0 where nothing is visible; None if all of it is.
        profile: what the file's colours mean; None if that is sRGB.
        note: what could not be preserved or applied; None if nothing.
        orientation: the EXIF value, 1-8.
        format: of the file.
        facts: what the file's header says.
        source: the file itself, whose metadata and encoding the output takes over.
    """

    pixels: Pixels
    colours: Samples
    alpha: Samples | None
    profile: Profile | None
    note: str | None
    orientation: int
    format: ImageFormat
    facts: Facts
    source: bytes

    @property
    def grey(self) -> bool:
        """Whether the file contains no colours."""
        return bool(self.colours.shape[2] == 1)


@dataclass(frozen=True, eq=False)
class Negative:
    """An opened photograph whose header is known, but whose pixels are not decoded yet."""

    image: pyvips.Image
    format: ImageFormat
    source: bytes
    profile: Profile | None
    note: str | None

    @property
    def weight(self) -> int:
        """The memory that decoding takes, in 8-bit pixels."""
        copies = 1
        if self.profile is not None:
            copies = 2  # as the file holds them, and as a viewer shows them
        if _has_alpha(self.image):
            copies = 8  # while hidden colours are filled in
        size = self.image.width * self.image.height * _BYTES_PER_SAMPLE[self.image.format]
        return int(size * copies)

    def develop(self) -> Photograph:
        """Decode the pixels.

        Raises:
            UnreadablePhotographError: the data is truncated or damaged.
        """
        facts = facts_of(self.image)
        try:
            samples = self.image.numpy()
        except pyvips.Error as error:
            raise _explain_damage(self.format, self.source, error) from error
        samples = samples.reshape(self.image.height, self.image.width, self.image.bands)
        orientation = int(facts.get("orientation", 1))
        upright = np.ascontiguousarray(turn_upright(samples, orientation))
        colours, alpha = upright, None
        if _has_alpha(self.image):
            colours, alpha = upright[..., :-1], upright[..., -1]
        pixels = self._show(colours)
        return Photograph(
            pixels=pixels if alpha is None else fill_hidden(pixels, alpha == 0),
            colours=colours,
            alpha=alpha,
            profile=self.profile,
            note=self.note,
            orientation=orientation,
            format=self.format,
            facts=facts,
            source=self.source,
        )

    def _show(self, colours: Samples) -> Pixels:
        if self.profile is not None:
            return self.profile.to_srgb(colours)
        if colours.shape[2] == 1:
            return np.repeat(colours, 3, axis=2)
        return np.ascontiguousarray(colours)


def largest_file(max_pixels: int) -> int:
    """Return the size in bytes that no file of a photograph with `max_pixels` exceeds."""
    return max_pixels * 8 + 2**26


def open_photograph(source: bytes, max_pixels: int = MAX_PIXELS) -> Negative:
    """Read the header of a file and check that it can be restored.

    A colour profile that is damaged or does not fit is ignored, as viewers do, with a note.

    Args:
        source: the whole file.
        max_pixels: photographs with more pixels are refused before decoding.

    Raises:
        UnreadablePhotographError: the file is empty, not an image, damaged, too large, or of a kind
            that could not be written back unchanged (animation, several pages, CMYK, float).
    """
    if not source:
        raise UnreadablePhotographError("the file is empty")
    known = next((known for known in FORMATS if known.matches(source)), None)
    if known is None:
        raise UnreadablePhotographError("the file is not a JPEG, PNG, WebP, TIFF or BMP image")
    try:
        image = known.load(source)
    except pyvips.Error as error:
        raise _explain_damage(known, source, error) from error
    if image.width * image.height > max_pixels:
        raise UnreadablePhotographError(
            f"{image.width} x {image.height} pixels are more than the limit of {max_pixels} "
            "(max_pixels)"
        )
    reason = known.refusal(source, facts_of(image)) or _find_obstacle(image)
    if reason is not None:
        raise UnreadablePhotographError(reason)
    profile, note = _profile_of(image)
    return Negative(image=image, format=known, source=source, profile=profile, note=note)


def encode(photograph: Photograph, pixels: Pixels) -> bytes:
    """Encode restored pixels as the original was: format, depth, channels, layout, metadata.

    Hidden colours stay as they were. So do all colours that restoring did not change, if the file
    has a colour profile.

    Args:
        photograph: the original.
        pixels: (H, W, 3), sRGB, same shape and type as the original's; a grey original becomes the
            luma.

    Raises:
        UnreadablePhotographError: the encoder refuses, for example a size that the format cannot
            hold.
    """
    colours = _to_own_colours(photograph, pixels)
    if photograph.alpha is not None:
        alpha = photograph.alpha[..., None]
        colours = np.concatenate([np.where(alpha == 0, photograph.colours, colours), alpha], axis=2)
    image = to_vips(turn_back(colours, photograph.orientation))
    try:
        encoded = photograph.format.save(image, photograph.source, photograph.facts)
    except pyvips.Error as error:
        raise UnreadablePhotographError(
            f"the restored photograph cannot be encoded as {photograph.format.name}"
        ) from error
    return photograph.format.transplant(encoded, photograph.source)


def _to_own_colours(photograph: Photograph, pixels: Pixels) -> Samples:
    if photograph.profile is not None:
        return photograph.profile.carry_over(photograph.colours, photograph.pixels, pixels)
    return cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)[..., None] if photograph.grey else pixels


def _profile_of(image: pyvips.Image) -> tuple[Profile | None, str | None]:
    """Return the profile to apply, and a note about one that cannot be applied."""
    if image.get_typeof(FIELD) == 0:
        return None, None
    try:
        return read_profile(image.get(FIELD), image.bands - _has_alpha(image)), None
    except UnusableProfileError as error:
        return None, f"{error}; its colours were taken for sRGB"


def _has_alpha(image: pyvips.Image) -> bool:
    return bool(image.bands in (2, 4))


def _explain_damage(
    known: ImageFormat, source: bytes, error: pyvips.Error
) -> UnreadablePhotographError:
    reason = known.refusal(source, {}) or next(
        (reason for words, reason in _REASONS.items() if words in str(error)),
        "the {} data is damaged or truncated",
    )
    return UnreadablePhotographError(reason.format(known.name))


def _find_obstacle(image: pyvips.Image) -> str | None:
    if image.interpretation == "cmyk":
        return "its colours are CMYK, for print; convert it to RGB first"
    if image.format not in _BYTES_PER_SAMPLE:
        return f"its samples ({image.format}) are neither 8 nor 16 bits"
    if image.interpretation not in _COLOUR_SPACES or image.bands > 4:
        return f"its colour space ({image.interpretation}, {image.bands} channels) is not supported"
    return None
