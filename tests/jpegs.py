"""Makes JPEG files that hold more than a picture, without the code under test."""

import struct

import numpy as np

from tests.makers import insert, segment

XMP = b"http://ns.adobe.com/xap/1.0/\0"
ITEM = (
    "<rdf:li rdf:parseType='Resource'><Container:Item Item:Mime='{}' Item:Semantic='{}' "
    "Item:Length='{}'/></rdf:li>"
)


def packet(items: str, attributes: str = "") -> bytes:
    """The body of an XMP segment that lists media items."""
    text = (
        "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF "
        "xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description rdf:about='' "
        "xmlns:Container='http://ns.google.com/photos/1.0/container/' "
        "xmlns:Item='http://ns.google.com/photos/1.0/container/item/' "
        "xmlns:GCamera='http://ns.google.com/photos/1.0/camera/' "
        f"xmlns:xmpGImg='http://ns.adobe.com/xap/1.0/g/img/' {attributes}>"
        f"<Container:Directory><rdf:Seq>{items}</rdf:Seq></Container:Directory>"
        "</rdf:Description></rdf:RDF></x:xmpmeta>"
    )
    return XMP + text.encode()


def pictures(start: int, sizes: list[int], places: list[int], kinds: list[int]) -> bytes:
    """A list of pictures (MPF) for a segment at `start` of a file."""
    rows = zip(kinds, sizes, places, strict=True)
    entries = b"".join(
        struct.pack(">IIIHH", kind, size, place and place - start - 8, 0, 0)
        for kind, size, place in rows
    )
    directory = struct.pack(">HHHI4s", 3, 0xB000, 7, 4, b"0100")
    directory += struct.pack(">HHII", 0xB001, 4, 1, len(sizes))
    directory += struct.pack(">HHIII", 0xB002, 7, len(entries), 50, 0)
    return b"MPF\0MM\0*" + struct.pack(">I", 8) + directory + entries


def with_pictures(first: bytes, others: list[bytes], kinds: list[int]) -> bytes:
    """Put pictures behind a first one, which gets a list of all."""
    count = 1 + len(others)
    length = len(segment(0xE2, pictures(2, [0] * count, [0] * count, [0] * count)))
    ends = np.cumsum([len(first) + length, *map(len, others)]).tolist()
    sizes = [ends[0], *map(len, others)]
    listed = pictures(2, sizes, [0, *ends[:-1]], [0x030000, *kinds])
    return insert(first, segment(0xE2, listed)) + b"".join(others)


def exif_with_thumbnail(thumbnail: bytes, note: bytes = b"note" * 4) -> bytes:
    """Two directories: a maker note, and behind it a thumbnail."""
    second = 8 + 18
    note_at = second + 30
    thumbnail_at = note_at + len(note)
    first = struct.pack("<HHHIII", 1, 37500, 7, len(note), note_at, second)
    rows = struct.pack("<HHII", 0x201, 4, 1, thumbnail_at)
    rows += struct.pack("<HHII", 0x202, 4, 1, len(thumbnail))
    return b"II*\0\x08\0\0\0" + first + struct.pack("<H", 2) + rows + bytes(4) + note + thumbnail
