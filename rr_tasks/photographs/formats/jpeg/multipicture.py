"""The list of all pictures in a file (MPF, CIPA DC-007), and how their places are kept true."""

import struct
from dataclasses import dataclass

from rr_tasks.photographs.formats.jpeg.block import Block
from rr_tasks.photographs.formats.jpeg.segments import Segment

_PREFIX = b"MPF\0"
_ENTRIES = 0xB002
_APP2 = 0xE2
_PREVIEW, _SET = 0x01, 0x02


@dataclass(frozen=True)
class Picture:
    """One picture behind the first.

    Attributes:
        entry: where the list tells of it, counted from the start of the block.
        kind: what it is to the first, three bytes.
        start, end: its place in the file.
    """

    entry: int
    kind: int
    start: int
    end: int

    @property
    def preview(self) -> bool:
        """Whether it shows the first picture, smaller."""
        return self.kind >> 16 == _PREVIEW

    @property
    def counterpart(self) -> bool:
        """Whether both belong together, as in a stereo pair or a panorama."""
        return self.kind >> 16 == _SET


def is_list(segment: Segment) -> bool:
    """Tell whether a segment is a list of pictures."""
    return segment.marker == _APP2 and segment.body.startswith(_PREFIX)


def list_pictures(segment: Segment) -> tuple[Picture, ...]:
    """Return the pictures behind the first; none if the list is damaged."""
    block = Block(segment.body[len(_PREFIX) :])
    base = segment.start + 4 + len(_PREFIX)
    pictures = []
    try:
        for entry in _entries(block)[1:]:
            kind = block.long(entry) & 0xFFFFFF
            size, start = block.long(entry + 4), base + block.long(entry + 8)
            pictures.append(Picture(entry, kind, start, start + size))
    except struct.error:
        return ()
    return tuple(pictures)


def update_list(segment: Segment, start: int, end: int, shift: int) -> bytes:
    """Return a list's segment for a new place.

    Args:
        segment: the list.
        start: where it is now.
        end: where the first picture ends now.
        shift: by how much all that lies behind the first picture moved.
    """
    block = Block(segment.body[len(_PREFIX) :])
    moved = shift - (start - segment.start)
    try:
        block.put_long(_entries(block)[0] + 4, end)
        for picture in list_pictures(segment):
            if picture.start >= end - shift:
                block.put_long(picture.entry + 8, block.long(picture.entry + 8) + moved)
    except (struct.error, IndexError):
        return segment.data
    return segment.data[: 4 + len(_PREFIX)] + bytes(block.data)


def _entries(block: Block) -> list[int]:
    place = block.entries(block.first).get(_ENTRIES)
    if place is None:
        return []
    first = block.long(place + 8)
    return list(range(first, min(first + block.long(place + 4), len(block.data) - 15), 16))
