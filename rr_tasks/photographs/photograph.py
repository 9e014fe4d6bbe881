"""A decoded photograph, and all that is needed to write it back in the same form."""

from dataclasses import dataclass

from rr_tasks.photographs.formats.base import Facts, Metadata, WritableFormat
from rr_tasks.photographs.pixels import Pixels, Samples
from rr_tasks.photographs.profile import Profile
from rr_tasks.photographs.transparency import Mask


@dataclass(frozen=True, eq=False)
class Photograph:
    """A decoded photograph, upright as it is displayed.

    Attributes:
        pixels: (H, W, 3), sRGB of 8 or 16 bits, as a viewer shows them; a grey photograph's three
            channels are equal. Where they are hidden, they continue the surrounding ones.
        colours: (H, W, 3), or (H, W, 1) of a grey photograph: the file's own values, of the same
            type.
        alpha: (H, W) of the same type, 0 where nothing is visible; None if all of it is.
        hidden: (H, W), where colours mean nothing, because nothing is visible or a salvaged file
            ends before; None if nowhere. The output has the same colours there.
        profile: what the file's colours mean; None if that is sRGB.
        note: what could not be applied or decoded; None if nothing.
        lost: what a restored file would lack, a few words each; see `ImageFormat.losses`.
        suffix: what the restored file's name has behind the original's, such as ".jpg", if it is
            of another format; ordinarily empty.
        orientation: the EXIF value, 1-8.
        format: in which it is written.
        facts: what the file's header says.
        metadata: EXIF, XMP, IPTC and colour profile that the output has, by libvips' names.
        source: the file itself, whose metadata and encoding the output takes over.
    """

    pixels: Pixels
    colours: Samples
    alpha: Samples | None
    hidden: Mask | None
    profile: Profile | None
    note: str | None
    lost: tuple[str, ...]
    suffix: str
    orientation: int
    format: WritableFormat
    facts: Facts
    metadata: Metadata
    source: bytes

    @property
    def grey(self) -> bool:
        """Whether the file contains no colours."""
        return bool(self.colours.shape[2] == 1)
