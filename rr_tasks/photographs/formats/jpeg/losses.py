"""What a rewritten JPEG file would lack, because it would be false or belongs to the old pixels."""

from rr_tasks.photographs.formats.jpeg import xmp
from rr_tasks.photographs.formats.jpeg.multipicture import is_list, list_pictures
from rr_tasks.photographs.formats.jpeg.segments import APP0, APP15, Layout, Segment

_PICTURE = b"\xff\xd8\xff"
_LABEL = 64
"""Previews start within as many bytes; raw thermal data may look like one later."""
_OWN_RULES = (
    *(b"Exif\0", b"http://", b"Photoshop", b"ICC_PROFILE\0"),
    *(b"FLIR\0", b"MPF\0", b"JFXX\0"),
)
_SAMSUNG_END, _VIDEO = b"SEFT", b"ftyp"
_AFCP = (b"AXS!", b"AXS*")
_APP11 = 0xEB


def name_losses(data: bytes, layout: Layout) -> tuple[str, ...]:
    """Return what a restored file would lack, in a few words each.

    Args:
        data: the file.
        layout: where everything is in it.
    """
    signed = any(_has_origin(part) for part in layout.head)
    layers = [part for part in left_behind(layout) if part.marker == _APP11]
    signed = signed or any(b"c2pa" in part.body for part in layers)
    pictures = [picture for part in filter(is_list, layout.head) for picture in list_pictures(part)]
    found = {
        "content credentials": signed,
        "layers in APP11 segments": bool(layers) and not signed,
        "a match with its second picture": any(picture.counterpart for picture in pictures),
        "picture behind the photograph": not tail_stays_true(data, layout),
    }
    previews = {part.marker - 0xE0 for part in left_behind(layout) if part.marker != _APP11}
    return (
        *(name for name, present in found.items() if present),
        *(f"preview in APP{number}" for number in sorted(previews)),
    )


def left_behind(layout: Layout) -> list[Segment]:
    """Return the segments that would no longer be true.

    These are JUMBF boxes (signed statements about these very bytes) and layers that hold the
    difference between the picture and a better one, both in APP11, and previews that only their
    makers' programs know.
    """
    labels = {_label(part) for part in layout.head if _is_preview(part)}
    return [part for part in layout.head if part.marker == _APP11 or _label(part) in labels]


def tail_stays_true(data: bytes, layout: Layout) -> bool:
    """Tell whether what lies behind the photograph can be carried along.

    Places are kept true where a list in the file gives them, and lengths and places counted from
    the end stay true by themselves. A picture that no list mentions is the preview of an older
    camera, whose maker note gives its place.
    """
    tail = data[layout.end :]
    if tail[-12:-8] in _AFCP:
        return False
    listed = tail.endswith(_SAMSUNG_END) or tail[4:8] == _VIDEO
    listed = listed or any(
        list_pictures(part) != () if is_list(part) else _lists_items(part) for part in layout.head
    )
    return listed or _PICTURE not in tail


def _is_preview(part: Segment) -> bool:
    return (
        APP0 <= part.marker <= APP15
        and not part.body.startswith(_OWN_RULES)
        and _PICTURE in part.body[:_LABEL]
    )


def _label(part: Segment) -> tuple[int, bytes]:
    """What all segments of a series start with."""
    return part.marker, part.body[:4]


def _packet(part: Segment) -> bytes:
    return part.body[len(xmp.HEADER) :] if part.body.startswith(xmp.HEADER) else b""


def _has_origin(part: Segment) -> bool:
    return xmp.has_origin(_packet(part))


def _lists_items(part: Segment) -> bool:
    return xmp.lists_items(_packet(part))
