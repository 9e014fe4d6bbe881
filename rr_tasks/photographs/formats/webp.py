"""WebP: lossless stays lossless; ICC, EXIF and XMP chunks are unchanged."""

import struct
from collections.abc import Iterator

import pyvips

from rr_tasks.photographs.formats.base import Facts

QUALITY = 95
_IMAGE = (b"ALPH", b"VP8 ", b"VP8L")
_ALPHA_FLAG, _ANIMATION_FLAG = 0x10, 0x02
_FLAGS = {b"ICCP": 0x20, b"EXIF": 0x08, b"XMP ": 0x04}


class WebpFormat:
    """The WebP file format."""

    name = "WebP"

    def matches(self, data: bytes) -> bool:
        """Tell from the first bytes whether this is the format of a file."""
        return data[:4] == b"RIFF" and data[8:12] == b"WEBP"

    def load(self, data: bytes, salvage: bool = False) -> pyvips.Image:
        """Open a file."""
        return pyvips.Image.webpload_buffer(
            data, access="sequential", fail_on="none" if salvage else "error"
        )

    def damage(self, data: bytes) -> str | None:
        """Leave it to the decoder."""
        del data
        return None

    def refusal(self, data: bytes, facts: Facts) -> str | None:
        """Refuse animations."""
        moving = any(kind == b"VP8X" and body[0] & _ANIMATION_FLAG for kind, body in _chunks(data))
        return (
            "it is an animation, not a photograph"
            if moving or int(facts.get("n-pages", 1)) > 1
            else None
        )

    def losses(self, data: bytes, facts: Facts) -> tuple[str, ...]:
        """Lose nothing."""
        del data, facts
        return ()

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
        """Put the encoder's image between the source's ICC profile and its EXIF and XMP."""
        kept = {kind: body for kind, body in _chunks(source) if kind in _FLAGS}
        if not kept:
            return encoded
        image = [(kind, body) for kind, body in _chunks(encoded) if kind in _IMAGE]
        flags = sum(_FLAGS[kind] for kind in kept)
        flags |= _ALPHA_FLAG if _has_alpha(encoded) else 0
        width, height = _canvas(image)
        head = struct.pack("<I", flags) + _int24(width - 1) + _int24(height - 1)
        tail = [(kind, kept[kind]) for kind in (b"EXIF", b"XMP ") if kind in kept]
        icc = [(b"ICCP", kept[b"ICCP"])] if b"ICCP" in kept else []
        chunks = [(b"VP8X", head), *icc, *image, *tail]
        body = b"WEBP" + b"".join(_chunk(kind, content) for kind, content in chunks)
        return b"RIFF" + struct.pack("<I", len(body)) + body


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    position = 12
    while position + 8 <= len(data):
        kind, length = struct.unpack_from("<4sI", data, position)
        yield kind, data[position + 8 : position + 8 + length]
        position += 8 + length + length % 2


def _chunk(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def _int24(value: int) -> bytes:
    return value.to_bytes(3, "little")


def _has_alpha(encoded: bytes) -> bool:
    for kind, body in _chunks(encoded):
        if kind == b"VP8X":
            return bool(body[0] & _ALPHA_FLAG)
        if kind == b"VP8L":
            return bool(body[4] & 0x10)
    return False


def _canvas(image: list[tuple[bytes, bytes]]) -> tuple[int, int]:
    """Read width and height from the bitstream."""
    kind, body = image[-1]
    if kind == b"VP8L":
        bits = int.from_bytes(body[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    width, height = struct.unpack_from("<HH", body, 6)
    return width & 0x3FFF, height & 0x3FFF
