"""GIF and JPEG 2000, which Pillow reads."""

import struct

import pyvips

from rr_tasks.photographs.formats import pillow
from rr_tasks.photographs.formats.base import Facts
from rr_tasks.photographs.formats.foreign.base import ForeignFormat

_CODESTREAM = b"\xff\x4f\xff\x51"
_CHANNELS = 40
"""Where, behind the start of the codestream, their number and the bits of the first are."""
_CODING, _WAVELET = b"\xff\x52", 13
_REVERSIBLE = 1


class GifFormat(ForeignFormat):
    """GIF with a single picture."""

    name = "GIF"

    def matches(self, data: bytes) -> bool:
        """Tell from the first bytes whether this is the format of a file."""
        return data[:6] in (b"GIF87a", b"GIF89a")

    def declared_size(self, data: bytes) -> tuple[int, int]:
        """Read width and height."""
        return pillow.read_size(data)

    def load(self, data: bytes, salvage: bool = False) -> pyvips.Image:
        """Decode a file."""
        del salvage
        return pillow.decode(data)

    def refusal(self, data: bytes, facts: Facts) -> str | None:
        """Refuse animations."""
        del data
        return "it is an animation, not a photograph" if int(facts["n-pages"]) > 1 else None

    def lossy(self, data: bytes) -> bool:
        """Its coding loses nothing."""
        del data
        return False


class Jpeg2000Format(ForeignFormat):
    """JPEG 2000."""

    name = "JPEG 2000"

    def matches(self, data: bytes) -> bool:
        """Tell from the first bytes whether this is the format of a file."""
        return data.startswith((_CODESTREAM, b"\0\0\0\x0cjP  \r\n\x87\n"))

    def declared_size(self, data: bytes) -> tuple[int, int]:
        """Read width and height."""
        return pillow.read_size(data)

    def load(self, data: bytes, salvage: bool = False) -> pyvips.Image:
        """Decode a file; Pillow reads colours of more than 8 bits with 8."""
        del salvage
        return pillow.decode(data)

    def losses(self, data: bytes, facts: Facts) -> tuple[str, ...]:
        """Lose the coding, and more than 8 bits."""
        place = data.find(_CODESTREAM) + _CHANNELS
        channels, depth = struct.unpack_from(">HB", data, place)
        deep = channels > 1 and (depth & 0x7F) >= 8
        return (*super().losses(data, facts), *(("more than 8 bits",) if deep else ()))

    def lossy(self, data: bytes) -> bool:
        """Tell by the wavelet."""
        place = data.find(_CODING, data.find(_CODESTREAM)) + _WAVELET
        return place >= len(data) or data[place] != _REVERSIBLE
