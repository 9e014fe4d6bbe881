"""BMP: 8 bits in one, three or four channels, without compression."""

import struct

import cv2
import pyvips

from rr_tasks.photographs.formats import pillow
from rr_tasks.photographs.formats.base import Facts, UnreadablePhotographError

_CORE_HEADER = 12
_HEADERS = (_CORE_HEADER, 16, 40, 52, 56, 64, 108, 124)
"""Lengths of the headers of OS/2 and of the versions of Windows."""
_LARGE_HEADERS = (108, 124)
_FILE_SIZE, _HEADER, _CORE_BITS, _BITS, _COMPRESSION, _COLOUR_SPACE = 2, 14, 24, 28, 30, 70
_RESOLUTION = slice(38, 46)
_PROFILES = (b"DEBM", b"KNIL")
"""A profile within the file, or a path to one; four letters as a number, which turns them round."""
_JPEG_OR_PNG = (4, 5)
_FEWEST_BITS = 4

# what is wrong with a file is in its row; OpenCV would print it a second time, without the name
cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)


class BmpFormat:
    """The BMP file format.

    Palettes, 16-bit pixels and run-length coding become plain samples, which lose nothing.
    """

    name = "BMP"

    def matches(self, data: bytes) -> bool:
        """Tell from the first bytes whether this is the format of a file."""
        return data.startswith(b"BM") and _header(data) in _HEADERS

    def declared_size(self, data: bytes) -> tuple[int, int]:
        """Read width and height."""
        if _header(data) != _CORE_HEADER and _number(data, _COMPRESSION) in _JPEG_OR_PNG:
            raise UnreadablePhotographError(
                "it is a BMP around a JPEG or PNG, as for printers, which is not supported"
            )
        return pillow.read_size(data)

    def load(self, data: bytes, salvage: bool = False) -> pyvips.Image:
        """Decode a file."""
        del salvage
        image = pillow.decode(data)
        image.set_type(pyvips.GValue.gint_type, "bits-per-sample", min(_bits(data), 8))
        return image

    def damage(self, data: bytes) -> str | None:
        """Leave it to the decoder."""
        del data
        return None

    def refusal(self, data: bytes, facts: Facts) -> str | None:
        """Refuse pictures of so few tones that they are patterns of dots."""
        del data
        if int(facts["bits-per-sample"]) < _FEWEST_BITS:
            return "it has only two or four tones, and restoring would smear their dots"
        return None

    def losses(self, data: bytes, facts: Facts) -> tuple[str, ...]:
        """Name a colour profile, which is not read."""
        del facts
        place = slice(_COLOUR_SPACE, _COLOUR_SPACE + 4)
        profiled = _header(data) in _LARGE_HEADERS and data[place] in _PROFILES
        return ("colour profile",) if profiled else ()

    def lossless(self, data: bytes, facts: Facts) -> bool:
        """Keep all samples."""
        del data, facts
        return True

    def save(self, image: pyvips.Image, source: bytes, facts: Facts) -> bytes:
        """Encode without compression."""
        del source, facts
        codes = {3: cv2.COLOR_RGB2BGR, 4: cv2.COLOR_RGBA2BGRA}
        samples = image.numpy()
        if image.bands in codes:
            samples = cv2.cvtColor(samples, codes[image.bands])
        _, encoded = cv2.imencode(".bmp", samples)
        return bytes(encoded.tobytes())

    def transplant(self, encoded: bytes, source: bytes) -> bytes:
        """Keep the resolution, and what lies behind the picture."""
        if _header(source) == _CORE_HEADER:
            return encoded
        kept = bytearray(encoded)
        kept[_RESOLUTION] = source[_RESOLUTION]
        size = _number(source, _FILE_SIZE)
        return bytes(kept) + (source[size:] if size > _header(source) else b"")


def _number(data: bytes, place: int) -> int:
    return int.from_bytes(data[place : place + 4], "little")


def _header(data: bytes) -> int:
    return _number(data, _HEADER)


def _bits(data: bytes) -> int:
    place = _CORE_BITS if _header(data) == _CORE_HEADER else _BITS
    (bits,) = struct.unpack_from("<H", data, place)
    return int(bits)
