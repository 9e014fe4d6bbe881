"""Makes photographs of every kind without the code under test."""

import struct
import zlib
from typing import Any

import numpy as np
import pyvips


def scene(
    width: int = 48, height: int = 32, bands: int = 3, dtype: type[np.unsignedinteger] = np.uint8
) -> np.ndarray:
    """A smooth, asymmetric picture, so that turns and swapped channels show."""
    y, x = np.mgrid[0:height, 0:width]
    top = np.iinfo(dtype).max
    planes = [
        x / max(width - 1, 1),
        y / max(height - 1, 1),
        (x + y) / (width + height),
        0 * x + 0.5,
    ]
    if bands == 2:
        planes = [planes[0], planes[3]]
    return (np.stack(planes[:bands], axis=-1) * top * 0.9).astype(dtype)


def vips(samples: np.ndarray) -> pyvips.Image:
    image = pyvips.Image.new_from_array(samples)
    wide = samples.dtype == np.uint16
    grey = samples.shape[-1] < 3
    names = ("grey16" if wide else "b-w") if grey else ("rgb16" if wide else "srgb")
    return image.copy(interpretation=names)


def exif(orientation: int = 1, order: str = "<") -> bytes:
    """A TIFF block: camera, orientation, and an EXIF directory with an unknown maker note."""
    make, note = b"Camera Works\0", b"\x07maker\x00note\xff" * 3
    exif_at = 8 + 2 + 3 * 12 + 4
    note_at = exif_at + 2 + 2 * 12 + 4
    make_at = note_at + len(note) + len(note) % 2
    out = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", 8)
    out += struct.pack(order + "H", 3)
    out += struct.pack(order + "HHII", 271, 2, len(make), make_at)
    out += struct.pack(order + "HHIHH", 274, 3, 1, orientation, 0)
    out += struct.pack(order + "HHII", 34665, 4, 1, exif_at) + struct.pack("I", 0)
    out += struct.pack(order + "H", 2)
    out += struct.pack(order + "HHIHH", 34855, 3, 1, 400, 0)
    out += struct.pack(order + "HHII", 37500, 7, len(note), note_at) + struct.pack("I", 0)
    return out + note.ljust(len(note) + len(note) % 2, b"\0") + make


XMP = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><rating>5</rating></x:xmpmeta>"
IPTC = b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x0a\x1c\x02\x05\0\x05Title"


def icc() -> bytes:
    return bytes(pyvips.Image.profile_load("srgb"))


def jpeg(samples: np.ndarray, *, orientation: int | None = None, **options: Any) -> bytes:
    """A JPEG with JFIF density, EXIF, XMP, ICC, IPTC and a comment if `orientation` is given."""
    plain = vips(samples).jpegsave_buffer(**{"Q": 95, "keep": "none", **options})
    if orientation is None:
        return bytes(plain)
    segments = [
        (0xE0, b"JFIF\0\x01\x02\x01" + struct.pack(">HH", 300, 300) + b"\0\0"),
        (0xE1, b"Exif\0\0" + exif(orientation)),
        (0xE1, b"http://ns.adobe.com/xap/1.0/\0" + XMP),
        (0xE2, b"ICC_PROFILE\0\x01\x01" + icc()),
        (0xED, IPTC),
        (0xFE, b"a comment"),
    ]
    return insert(bytes(plain), *(segment(*parts) for parts in segments))


def segment(marker: int, body: bytes) -> bytes:
    """A segment of a JPEG file."""
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(body) + 2) + body


def insert(jpeg: bytes, *segments: bytes) -> bytes:
    """Put segments, or whatever else, behind the start of a JPEG file."""
    return jpeg[:2] + b"".join(segments) + jpeg[2:]


def png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(samples: np.ndarray, *extra: tuple[bytes, bytes], **options: Any) -> bytes:
    """A PNG with extra chunks behind its header."""
    plain = bytes(vips(samples).pngsave_buffer(**{"keep": "none", **options}))
    return plain[:33] + b"".join(png_chunk(*chunk) for chunk in extra) + plain[33:]


def insert_profile(jpeg: bytes, icc: bytes) -> bytes:
    """Put a profile into a JPEG, whatever it holds; libvips writes none that is damaged."""
    parts = [icc[start : start + 65_000] for start in range(0, len(icc), 65_000)]
    labels = (b"ICC_PROFILE\0" + bytes([n, len(parts)]) for n in range(1, len(parts) + 1))
    return insert(
        jpeg, *(segment(0xE2, label + part) for label, part in zip(labels, parts, strict=True))
    )
