"""WebP: lossless stays lossless; all other chunks are unchanged."""

import struct
from collections.abc import Iterator

import pyvips

from rr_tasks.photographs.formats.base import Facts
from rr_tasks.photographs.formats.jpeg.thumbnail import renew_exif, renew_xmp

QUALITY = 95
_HEADER = b"VP8X"
_IMAGE = (b"ALPH", b"VP8 ", b"VP8L")
_ALPHA_FLAG, _ANIMATION_FLAG = 0x10, 0x02
_FLAGS = {b"ICCP": 0x20, b"EXIF": 0x08, b"XMP ": 0x04}
_RENEWED = {b"EXIF": renew_exif, b"XMP ": renew_xmp}
"""Where thumbnails may be."""
_SIGNATURE = b"C2PA"
"""A chunk that certifies the old pixels."""

Chunk = tuple[bytes, bytes]
"""Kind and content."""


class WebpFormat:
    """The WebP file format."""

    name = "WebP"

    def matches(self, data: bytes) -> bool:
        """Tell from the first bytes whether this is the format of a file."""
        return data[:4] == b"RIFF" and data[8:12] == b"WEBP"

    def load(self, data: bytes, salvage: bool = False) -> pyvips.Image:
        """Open a file."""
        fail_on = "none" if salvage else "error"
        return pyvips.Image.webpload_buffer(data, access="sequential", fail_on=fail_on)

    def damage(self, data: bytes) -> str | None:
        """Leave it to the decoder."""
        del data
        return None

    def refusal(self, data: bytes, facts: Facts) -> str | None:
        """Refuse animations."""
        moving = _flags(data) & _ANIMATION_FLAG or int(facts.get("n-pages", 1)) > 1
        return "it is an animation, not a photograph" if moving else None

    def losses(self, data: bytes, facts: Facts) -> tuple[str, ...]:
        """Name a certificate, which holds for the old pixels only."""
        del facts
        certified = any(kind == _SIGNATURE for kind, _ in _chunks(data))
        return ("content credentials (C2PA)",) if certified else ()

    def lossless(self, data: bytes, facts: Facts) -> bool:
        """Keep all samples in a lossless file."""
        del facts
        return any(kind == b"VP8L" for kind, _ in _chunks(data))

    def save(self, image: pyvips.Image, source: bytes, facts: Facts) -> bytes:
        """Encode with the source's kind of compression."""
        quality = {"lossless": True, "effort": 0}
        if not self.lossless(source, facts):
            quality = {"Q": QUALITY, "effort": 2}
        # exact: hidden colours stay as they are
        encoded: bytes = image.webpsave_buffer(**quality, exact=True, keep="none")
        return encoded

    def transplant(self, encoded: bytes, source: bytes) -> bytes:
        """Put the encoder's image in the place of the source's, between its other chunks.

        Programs read a profile, EXIF or XMP only if a flag announces it, so the flags stay, too.
        """
        image = [(kind, body) for kind, body in _chunks(encoded) if kind in _IMAGE]
        before: list[Chunk] = []
        behind: list[Chunk] = []
        place = before
        for kind, body in _chunks(source):
            if kind in _IMAGE:
                place = behind
            elif kind not in (_HEADER, _SIGNATURE):
                renew = _RENEWED.get(kind)
                place.append((kind, body if renew is None else renew(body, encoded)))
        present = sum({_FLAGS.get(kind, 0) for kind, _ in before + behind})
        flags = _flags(source) & present | (_flags(source) | _flags(encoded)) & _ALPHA_FLAG
        if flags or _has_header(source):
            width, height = _canvas(image)
            header = struct.pack("<I", flags) + _int24(width - 1) + _int24(height - 1)
            before.insert(0, (_HEADER, header))
        body = b"WEBP" + b"".join(_pack(*chunk) for chunk in [*before, *image, *behind])
        return b"RIFF" + struct.pack("<I", len(body)) + body + source[_end(source) :]


def _end(data: bytes) -> int:
    return 8 + int.from_bytes(data[4:8], "little")


def _chunks(data: bytes) -> Iterator[Chunk]:
    position, end = 12, _end(data)
    while position + 8 <= end:
        kind, length = struct.unpack_from("<4sI", data, position)
        yield kind, data[position + 8 : position + 8 + length]
        position += 8 + length + length % 2


def _pack(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def _int24(value: int) -> bytes:
    return value.to_bytes(3, "little")


def _has_header(data: bytes) -> bool:
    return data[12:16] == _HEADER


def _flags(data: bytes) -> int:
    """Return what a file announces; one without a header only has or lacks alpha."""
    kind, body = next(_chunks(data), (b"", b""))
    if kind == _HEADER and body:
        return body[0]
    if kind == b"VP8L" and len(body) > 4:
        return body[4] & _ALPHA_FLAG
    return 0


def _canvas(image: list[Chunk]) -> tuple[int, int]:
    """Read width and height from the bitstream."""
    kind, body = image[-1]
    if kind == b"VP8L":
        bits = int.from_bytes(body[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    width, height = struct.unpack_from("<HH", body, 6)
    return width & 0x3FFF, height & 0x3FFF
