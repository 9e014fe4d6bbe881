"""Thumbnails within metadata, which would go on showing the photograph as it was."""

import base64
import re
import struct

from rr_tasks.photographs.formats.jpeg.block import Block
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
    block = Block(exif)
    try:
        pointer = block.next_pointer(block.first)
        directory = block.long(pointer)
        if directory == 0:
            return exif
        start, length = _find_jpeg(block, directory)
        old = exif[start : start + length]
        old = old[: read_layout(old).end]  # a wrong length would include other values
        drawn = redraw(old, photograph) if old else None
        if drawn is None:
            block.put_long(pointer, 0)
        else:
            block.data[start : start + len(old)] = drawn
    except struct.error:  # no reader finds a thumbnail there either
        return exif
    return bytes(block.data)


def _find_jpeg(block: Block, directory: int) -> tuple[int, int]:
    """Return the place and length of a thumbnail, (0, 0) without a JPEG one."""
    try:
        entries = block.entries(directory)
        start, length = (block.value(entries[tag]) for tag in (_JPEG_START, _JPEG_LENGTH))
    except (KeyError, struct.error):
        return 0, 0
    return (start, length) if start + length <= len(block.data) else (0, 0)


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
