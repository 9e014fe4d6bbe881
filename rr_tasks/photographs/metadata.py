"""Compares the metadata of a restored file with the original's."""

import struct
from typing import Any
from xml.parsers import expat

from PIL import ExifTags, Image

from rr_tasks.photographs.formats.base import Metadata, UnfaithfulOutputError

_NAMES = {
    "exif-data": "EXIF data",
    "xmp-data": "XMP data",
    "iptc-data": "IPTC data",
    "icc-profile-data": "colour profile",
}
_MENDED = {"exif-data", "xmp-data", "iptc-data"}
"""What a format may mend, because it tells of the pixels or of places in the file."""
_DIRECTORIES = (ExifTags.IFD.Exif, ExifTags.IFD.GPSInfo)
_POINTERS = {*_DIRECTORIES, ExifTags.IFD.Interop}


def check_metadata(found: Metadata, promised: Metadata) -> None:
    """Compare blocks of metadata: whole, or in what they say if a format may mend them.

    Raises:
        UnfaithfulOutputError: they differ; the message names which.
    """
    for field, name in _NAMES.items():
        before, after = promised.get(field), found.get(field)
        if before == after:
            continue
        if before is None or after is None or field not in _MENDED:
            raise UnfaithfulOutputError(f"the restored file has other {name}")
        if field == "exif-data" and _tags(before) != _tags(after):
            raise UnfaithfulOutputError("the restored file has other EXIF tags")
        if field == "iptc-data" and _resources(after) != _resources(before):
            raise UnfaithfulOutputError("the restored file has other IPTC data")
        if field == "xmp-data" and _is_xml(before) and not _is_xml(after):
            raise UnfaithfulOutputError("the XMP data of the restored file cannot be read")


def _tags(exif: bytes) -> dict[int, str] | None:
    """Read all tags but those of the thumbnail, with their values as text; None if damaged."""
    found = Image.Exif()
    try:
        found.load(exif)
        tags: dict[int, Any] = {**found}
        for pointer in _DIRECTORIES:
            tags |= found.get_ifd(pointer)
    except (SyntaxError, ValueError, KeyError, TypeError, struct.error):
        return None
    return {number: repr(value) for number, value in tags.items() if number not in _POINTERS}


def _resources(block: bytes) -> list[bytes]:
    """Split Photoshop's image resources, one of which is the IPTC data; leave out thumbnails."""
    return [
        part for part in block.split(b"8BIM") if not part.startswith((b"\x04\x09", b"\x04\x0c"))
    ]


def _is_xml(packet: bytes) -> bool:
    try:
        expat.ParserCreate().Parse(packet.rstrip(b"\0"), True)
    except expat.ExpatError:
        return False
    return True
