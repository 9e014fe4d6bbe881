"""What travels from an original to its restored file: application segments and what lies behind.

Everything does, unless it tells how the original's pixels were coded, or would no longer be true.
"""

import io

from rr_tasks.photographs.formats.jpeg import xmp
from rr_tasks.photographs.formats.jpeg.drawing import redraw
from rr_tasks.photographs.formats.jpeg.losses import left_behind, tail_stays_true
from rr_tasks.photographs.formats.jpeg.multipicture import is_list, list_pictures
from rr_tasks.photographs.formats.jpeg.segments import Layout, Segment, read_layout
from rr_tasks.photographs.formats.jpeg.thumbnail import (
    EXIF_PREFIX,
    renew_exif,
    renew_photoshop,
    renew_xmp,
    without_jfif,
)

JFIF, PHOTOSHOP = b"JFIF\0", b"Photoshop 3.0\0"
_CODING = {
    (0xEE, b"Adobe"),  # which colours the samples are
    (0xE0, b"AVI1"),  # interlacing
    (0xE0, b"JFXX"),  # a thumbnail and nothing else
    (0xE4, b"SCALA"),  # Scalado: places within the coded data
}
_INKS = 4
"""Channels of a photograph for print; a restored one is in sRGB, without the profile of inks."""


def carry_segments(layout: Layout, photograph: bytes) -> list[Segment]:
    """Return the application segments and comments for a restored file, with new thumbnails.

    Args:
        layout: of the original.
        photograph: the restored one, a JPEG file without metadata.
    """
    unwanted = _CODING
    if layout.frame is not None and layout.frame.channels == _INKS:
        unwanted = {*_CODING, (0xE2, b"ICC_PROFILE")}
    behind = left_behind(layout)
    kept = [
        part
        for part in layout.head
        if part.descriptive
        and part not in behind
        and not any(part.marker == m and part.body.startswith(b) for m, b in unwanted)
    ]
    return _renew_photoshop([_renew(part, photograph) for part in kept], photograph)


def carry_tail(data: bytes, layout: Layout, photograph: bytes) -> bytes:
    """Return what lies behind the first picture, as long as it was, with new previews."""
    tail = bytearray(data[layout.end :])
    if not tail_stays_true(data, layout):
        return b""
    for part in filter(is_list, layout.head):
        for picture in list_pictures(part):
            place = slice(picture.start - layout.end, picture.end - layout.end)
            if picture.preview and 0 <= place.start < place.stop <= len(tail):
                tail[place] = _redraw_preview(bytes(tail[place]), photograph)
    return bytes(tail)


def _renew(part: Segment, photograph: bytes) -> Segment:
    body = part.body
    if body.startswith(EXIF_PREFIX):
        return part.with_body(renew_exif(body, photograph))
    if body.startswith(xmp.HEADER):
        packet = xmp.without_origin(body[len(xmp.HEADER) :])
        return part.with_body(xmp.HEADER + renew_xmp(packet, photograph))
    if body.startswith(JFIF):
        return part.with_body(without_jfif(body))
    return part


def _renew_photoshop(parts: list[Segment], photograph: bytes) -> list[Segment]:
    """Redraw the thumbnail in image resources, which may be spread over several segments."""
    spread = [part.body[len(PHOTOSHOP) :] for part in parts if part.body.startswith(PHOTOSHOP)]
    renewed = io.BytesIO(renew_photoshop(b"".join(spread), photograph))
    return [
        part.with_body(PHOTOSHOP + renewed.read(len(part.body) - len(PHOTOSHOP)))
        if part.body.startswith(PHOTOSHOP)
        else part
        for part in parts
    ]


def _redraw_preview(old: bytes, photograph: bytes) -> bytes:
    head = b"".join(part.data for part in carry_segments(read_layout(old), photograph))
    return redraw(old, photograph, head) or old
