"""The list of all pictures in a file (MPF, CIPA DC-007), and how their places are kept true."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rr_tasks.photographs.formats.directory import Dialect, read_directory
from rr_tasks.photographs.formats.jpeg.segments import Segment

_PREFIX = b"MPF\0"
_ENTRIES = 0xB002
_APP2 = 0xE2
_PREVIEW, _SET = 0x01, 0x02
_ENTRY_SIZE = 16
_SIZE, _START = 1, 2


@dataclass(frozen=True)
class Picture:
    """One picture behind the first.

    Attributes:
        kind: what it is to the first, three bytes.
        start, end: its place in the file.
    """

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
    base = segment.start + 4 + len(_PREFIX)
    return tuple(
        Picture(kind & 0xFFFFFF, base + start, base + start + size)
        for kind, size, start in _entries(bytearray(segment.body))[1:].tolist()
    )


def update_list(segment: Segment, start: int, end: int, shift: int) -> bytes:
    """Return a list's segment for a new place.

    Args:
        segment: the list.
        start: where it is now.
        end: where the first picture ends now.
        shift: by how much all that lies behind the first picture moved.
    """
    body = bytearray(segment.body)
    entries = _entries(body)
    if not len(entries):
        return segment.data
    moved = shift - (start - segment.start)
    entries[0, _SIZE] = end
    try:
        for entry, picture in zip(entries[1:], list_pictures(segment), strict=True):
            if picture.start >= end - shift:
                entry[_START] = int(entry[_START]) + moved
    except OverflowError:  # it told of a place outside the file
        return segment.data
    return segment.data[:4] + bytes(body)


def _entries(body: bytearray) -> npt.NDArray[np.uint32]:
    """Return kind, size and start in each entry of a list, (N, 3), which may be changed there."""
    block = bytes(body[len(_PREFIX) :])
    dialect = Dialect.of(block)
    directory = dialect and read_directory(block, dialect, dialect.first)
    found = directory and directory.find(_ENTRIES)
    if not dialect or not found:
        return np.empty((0, 3), np.uint32)
    number = np.dtype(np.uint32).newbyteorder(dialect.order)
    whole, place = found.size // _ENTRY_SIZE, len(_PREFIX) + found.values
    return np.frombuffer(body, number, 4 * whole, place).reshape(-1, 4)[:, :3]
