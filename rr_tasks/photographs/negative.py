"""Opens a file and decodes what a viewer shows."""

import re
from dataclasses import dataclass

import numpy as np
import pyvips

from rr_tasks.photographs.formats.base import (
    Metadata,
    ProtectedPhotographError,
    ReadableFormat,
    UnreadablePhotographError,
    WholeFormat,
    WritableFormat,
    facts_of,
    metadata_of,
)
from rr_tasks.photographs.formats.catalogue import identify
from rr_tasks.photographs.formats.conversion import choose_conversion
from rr_tasks.photographs.formats.foreign.base import ForeignFormat
from rr_tasks.photographs.kind import describe
from rr_tasks.photographs.orientation import turn_upright
from rr_tasks.photographs.photograph import Photograph
from rr_tasks.photographs.pixels import Pixels, Samples
from rr_tasks.photographs.profile import FIELD, Profile, UnusableProfileError, read_profile
from rr_tasks.photographs.recolouring import name_loss, to_srgb
from rr_tasks.photographs.transparency import Mask, fill_hidden

SALVAGE_HINT = "; --salvage restores what is left of it"
"""Ends the reason against a damaged photograph, for those who restore it."""

MAX_PIXELS = 200_000_000
"""Photographs with more pixels are refused, unless a user says otherwise."""

_REASONS = {
    "premature end": "the {} data is truncated",
    "data precision": "its samples have 12 bits, which cannot be read; convert it to 16-bit TIFF",
}
"""What libvips says of files that it cannot read, and what that means."""
_DAMAGED = re.compile("damaged|truncated")

_COLOUR_SPACES = {"srgb", "rgb", "rgb16", "b-w", "grey16"}
_BYTES_PER_SAMPLE = {"uchar": 1, "ushort": 2}


@dataclass(frozen=True, eq=False)
class Negative:
    """An opened photograph whose header is known, but whose pixels are not decoded yet.

    Attributes:
        salvage: whether to make do with what can be decoded of a damaged file.
        format, output: the file's own, and that in which a restored photograph is written.
        suffix, note, lost: see `Photograph`.
    """

    image: pyvips.Image
    format: ReadableFormat
    output: WritableFormat
    suffix: str
    source: bytes
    metadata: Metadata
    profile: Profile | None
    note: str | None
    lost: tuple[str, ...]
    salvage: bool

    @property
    def weight(self) -> int:
        """The memory that decoding takes, in 8-bit pixels."""
        copies = 1
        if self.profile is not None:
            copies = 2  # as the file holds them, and as a viewer shows them
        if _has_alpha(self.image) or self.salvage:
            copies = 8  # while hidden colours are filled in
        size = self.image.width * self.image.height * _BYTES_PER_SAMPLE[self.image.format]
        return int(size * copies)

    @property
    def memory(self) -> int:
        """The bytes that its pixels take at least, in the file's own form or restored."""
        size = self.image.width * self.image.height * _BYTES_PER_SAMPLE[self.image.format]
        return int(2 * size * max(self.image.bands, 3))

    def develop(self) -> Photograph:
        """Decode the pixels.

        Raises:
            UnreadablePhotographError: the data is truncated or damaged.
        """
        facts = facts_of(self.image)
        samples, missing, damage = self._decode()
        orientation = int(facts.get("orientation", 1))
        upright = np.ascontiguousarray(turn_upright(samples, orientation))
        colours, alpha = upright, None
        if _has_alpha(self.image):
            colours, alpha = upright[..., :-1], upright[..., -1]
        pixels = self._show(colours)
        hidden = None
        if alpha is not None:
            hidden = alpha == 0
        elif missing:
            hidden = _find_missing(samples, missing, orientation)
        return Photograph(
            pixels=pixels if hidden is None else fill_hidden(pixels, hidden),
            colours=colours,
            alpha=alpha,
            hidden=hidden,
            profile=self.profile,
            note="; ".join(filter(None, (self.note, damage))) or None,
            lost=self.lost,
            suffix=self.suffix,
            orientation=orientation,
            format=self.output,
            facts=facts,
            metadata=self.metadata,
            source=self.source,
        )

    def _decode(self) -> tuple[Samples, int, str | None]:
        """Return what the file stores, how many rows at the end are missing, and a note if so."""
        shape = (self.image.height, self.image.width, self.image.bands)
        damage = self.format.damage(self.source)
        reason = f"the {self.format.name} data is {damage}"
        if damage is None:
            try:
                return self.image.numpy().reshape(shape), 0, None
            except pyvips.Error as error:
                reason = str(_explain_damage(self.format, error))
        if not self.salvage or not _DAMAGED.search(reason):
            hint = SALVAGE_HINT if _DAMAGED.search(reason) else ""
            raise UnreadablePhotographError(reason + hint)
        try:
            image, _ = _displayable(self.format.load(self.source, salvage=True))
            samples = image.numpy().reshape(shape)
        except (pyvips.Error, ValueError) as error:
            raise UnreadablePhotographError(reason) from error
        missing = _count_missing(samples)
        rest = "parts of the picture may be wrong"
        if missing:
            rest = f"{max(missing / len(samples), 0.01):.0%} of the picture is missing"
        return samples, missing, f"salvaged: {reason}, {rest}"

    def _show(self, colours: Samples) -> Pixels:
        if self.profile is not None:
            return self.profile.to_srgb(colours)
        if colours.shape[2] == 1:
            return np.repeat(colours, 3, axis=2)
        return np.ascontiguousarray(colours)


def largest_file(max_pixels: int) -> int:
    """Return the size in bytes that no file of a photograph with `max_pixels` exceeds."""
    return max_pixels * 8 + 2**26


def open_photograph(source: bytes, max_pixels: int = MAX_PIXELS, salvage: bool = False) -> Negative:
    """Read the header of a file and check that it can be restored.

    A colour profile that is damaged or does not fit is ignored, as viewers do, with a note.

    Args:
        source: the whole file.
        max_pixels: photographs with more pixels are refused before decoding.
        salvage: make do with what can be decoded of a damaged file; a note says so.

    Raises:
        ProtectedPhotographError: the file is whole, but no single photograph.
        UnreadablePhotographError: the file is empty, not an image, damaged, too large, or of a kind
            that cannot be decoded.
    """
    if not source:
        raise UnreadablePhotographError("the file is empty")
    known = identify(source)
    if known is None:
        kind = describe(source)
        raise UnreadablePhotographError(f"the file is {kind or 'not an image of a known format'}")
    try:
        if isinstance(known, WholeFormat):
            _check_size(*known.declared_size(source), max_pixels)
        image = known.load(source)
    except pyvips.Error as error:
        raise _explain_damage(known, error) from error
    _check_size(image.width, image.height, max_pixels)
    reason = known.refusal(source, facts_of(image))
    if reason is not None:
        raise ProtectedPhotographError(reason)
    losses = list(known.losses(source, facts_of(image)))
    image, loss = _displayable(image)
    obstacle = _find_obstacle(image)
    if obstacle is not None:
        raise UnreadablePhotographError(obstacle)
    losses += [] if loss is None else [loss]
    output: WritableFormat
    if isinstance(known, ForeignFormat):
        output = choose_conversion(image, metadata_of(image), known.lossy(source))
        suffix = output.suffix
        losses += output.losses
    else:
        output, suffix = known, ""
    profile, note = _profile_of(image)
    return Negative(
        image=image,
        format=known,
        output=output,
        suffix=suffix,
        source=source,
        metadata=metadata_of(image),
        profile=profile,
        note=note,
        lost=tuple(dict.fromkeys(losses)),
        salvage=salvage,
    )


def _displayable(image: pyvips.Image) -> tuple[pyvips.Image, str | None]:
    """Convert colours that cannot be written back; say what that loses."""
    loss = name_loss(image)
    return (image, None) if loss is None else (to_srgb(image), loss)


def _check_size(width: int, height: int, max_pixels: int) -> None:
    if width * height > max_pixels:
        raise UnreadablePhotographError(
            f"{width} x {height} pixels are more than the limit of {max_pixels} (max_pixels)"
        )


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


def _explain_damage(known: ReadableFormat, error: pyvips.Error) -> UnreadablePhotographError:
    reason = next(
        (reason for words, reason in _REASONS.items() if words in str(error)),
        "the {} data is damaged or truncated",
    )
    return UnreadablePhotographError(reason.format(known.name))


def _count_missing(samples: Samples) -> int:
    """Count the rows at the end that are of one colour, as decoders leave what is missing."""
    blank = (samples == samples[-1, -1]).all(axis=(1, 2))[::-1]
    return blank.size if blank.all() else int(blank.argmin())


def _find_missing(samples: Samples, rows: int, orientation: int) -> Mask:
    """Mark the missing rows at the end of stored samples, upright."""
    mask = np.zeros((*samples.shape[:2], 1), np.uint8)
    mask[len(mask) - rows :] = 1
    return np.asarray(turn_upright(mask, orientation)[..., 0] == 1)


def _find_obstacle(image: pyvips.Image) -> str | None:
    if image.format not in _BYTES_PER_SAMPLE:
        return f"its samples ({image.format}) are neither 8 nor 16 bits"
    if image.interpretation not in _COLOUR_SPACES or image.bands > 4:
        return f"its colour space ({image.interpretation}, {image.bands} channels) is not supported"
    return None
