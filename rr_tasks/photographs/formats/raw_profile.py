"""EXIF, XMP and other metadata as text, which ImageMagick wrote into PNG files before eXIf."""

import zlib

from rr_tasks.photographs.formats.chunks import Chunk

_KEYWORD = b"Raw profile type "
_JPEG = b"ffd8ff"
_LONGEST = 2**24
"""Bytes that are looked through; compressed text may expand a thousandfold."""


def holds_thumbnail(chunk: Chunk) -> bool:
    """Tell whether a chunk is such a text, and a picture in JPEG form is part of it."""
    keyword, _, rest = chunk.body.partition(b"\0")
    if chunk.kind not in (b"tEXt", b"zTXt") or not keyword.startswith(_KEYWORD):
        return False
    if chunk.kind == b"zTXt":
        try:
            rest = zlib.decompressobj().decompress(rest[1:], _LONGEST)
        except zlib.error:
            return False
    return _JPEG in b"".join(rest[:_LONGEST].split()).lower()
