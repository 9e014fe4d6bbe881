"""What XMP says of the bytes of a file: places and lengths of media items, and of their origin."""

import re

HEADER = b"http://ns.adobe.com/xap/1.0/\0"
# lengths are limited, because a packet of many starts without an end would take for ever
_ITEM = re.compile(rb"<[\w-]{1,80}:Item\b[^>]{0,1000}?(?:/>|>.{0,2000}?</[\w-]+:Item>)", re.DOTALL)
_PRIMARY = re.compile(rb":Semantic(?:=[\"']|>)\s*Primary\b")
_LENGTH = re.compile(rb"(:Length(?:=[\"']|>)\s*)(\d+)")
_ORIGIN = re.compile(
    rb"\sdcterms:provenance=(?:\"[^\"]*\"|'[^']*')"
    rb"|<dcterms:provenance\b.{0,2000}?</dcterms:provenance>",
    re.DOTALL,
)


def lengthen_primary(packet: bytes, growth: int) -> bytes:
    """Correct the stated length of the first media item, where there is one.

    Phones list what lies behind a photograph (a video, a gain map, a depth map) with the length of
    each item. The first item is the photograph itself, often with length 0.

    Args:
        packet: the XMP packet.
        growth: by how many bytes the photograph became longer.
    """

    def correct(item: re.Match[bytes]) -> bytes:
        if not _PRIMARY.search(item[0]):
            return item[0]
        return _LENGTH.sub(
            lambda found: found[1] + (b"%d" % (int(found[2]) + growth) if int(found[2]) else b"0"),
            item[0],
        )

    return _ITEM.sub(correct, packet)


def lists_items(packet: bytes) -> bool:
    """Tell whether a packet lists or announces data behind the photograph."""
    return _ITEM.search(packet) is not None or b":MicroVideoOffset" in packet


def has_origin(packet: bytes) -> bool:
    """Tell whether a packet refers to content credentials that are stored elsewhere."""
    return _ORIGIN.search(packet) is not None


def without_origin(packet: bytes) -> bytes:
    """Leave out what `has_origin` finds."""
    return _ORIGIN.sub(b"", packet)
