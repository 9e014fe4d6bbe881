"""Thumbnails within metadata, which would go on showing the photograph as it was."""

import base64
import re
import struct

from rr_tasks.photographs.formats.directory import (
    Dialect,
    Directory,
    follow,
    lead,
    read_directory,
)
from rr_tasks.photographs.formats.jpeg.drawing import redraw
from rr_tasks.photographs.formats.jpeg.segments import read_layout

EXIF_PREFIX = b"Exif\0\0"
_JPEG_START, _JPEG_LENGTH = 0x201, 0x202
_PHOTOSHOP_RESOURCE = b"8BIM"
_PHOTOSHOP_THUMBNAILS = {0x0409, 0x040C}
_PHOTOSHOP_HEADER = 28
_XMP_IMAGE = re.compile(rb"(GImg:image(?:>|=[\"']))([^<\"']*)")


def renew_exif(exif: bytes, photograph: bytes) -> bytes:
    """Redraw the thumbnail of a TIFF block, or hide it if that is not possible.

    Args:
        exif: the block; some programs put "Exif" before it.
        photograph: the picture to show, a file of any format without metadata.

    Returns:
        A block of the same length, in which nothing has moved.
    """
    if exif.startswith(EXIF_PREFIX):
        return EXIF_PREFIX + renew_exif(exif.removeprefix(EXIF_PREFIX), photograph)
    dialect = Dialect.of(exif)
    main = dialect and read_directory(exif, dialect, dialect.first)
    if not dialect or not main or not follow(exif, dialect, main.next):
        return exif  # no reader finds a thumbnail there either
    renewed = bytearray(exif)
    start, length = _find_jpeg(read_directory(exif, dialect, main.next))
    old = exif[start : start + length]
    old = old[: read_layout(old).end]  # a wrong length would include other values
    drawn = redraw(old, photograph) if old else None
    if drawn is None:
        lead(renewed, dialect, main.next, 0)
    else:
        renewed[start : start + len(old)] = drawn
    return bytes(renewed)


def _find_jpeg(directory: Directory | None) -> tuple[int, int]:
    """Return the place and length of a thumbnail, (0, 0) without a JPEG one."""
    if directory is None:
        return 0, 0
    start, length = directory.number(_JPEG_START), directory.number(_JPEG_LENGTH)
    return (start, length) if start + length <= len(directory.data) else (0, 0)


def renew_xmp(packet: bytes, photograph: bytes) -> bytes:
    """Redraw the thumbnails of an XMP packet, or empty them if that is not possible."""

    def renew(match: re.Match[bytes]) -> bytes:
        try:
            old = base64.b64decode(re.sub(rb"\s|&#x[aA];", b"", match[2]))
        except ValueError:
            old = b""
        return match[1] + base64.b64encode(redraw(old, photograph) or b"")

    return _XMP_IMAGE.sub(renew, packet)


def without_jfif(body: bytes) -> bytes:
    """Leave the thumbnail out of a JFIF segment's body."""
    if len(body) < 14:
        return body
    return body[:12] + b"\0\0" + body[14 + 3 * body[12] * body[13] :]


def renew_photoshop(resources: bytes, photograph: bytes) -> bytes:
    """Redraw the thumbnail among Photoshop's image resources, or blank it; no length changes."""
    renewed, position = bytearray(resources), 0
    while resources.startswith(_PHOTOSHOP_RESOURCE, position):
        try:
            number, name = struct.unpack_from(">HB", resources, position + 4)
            start = position + 10 + (name + 2) // 2 * 2
            (size,) = struct.unpack_from(">I", resources, start - 4)
        except struct.error:
            break
        position = start + (size + 1) // 2 * 2
        if number in _PHOTOSHOP_THUMBNAILS:
            place = slice(start + _PHOTOSHOP_HEADER, min(start + size, len(resources)))
            old = resources[place]
            renewed[place] = redraw(old, photograph) or bytes(len(old))
    return bytes(renewed)
