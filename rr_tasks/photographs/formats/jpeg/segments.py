"""The segments of a JPEG file, read as leniently as decoders read them.

Stray bytes between segments, any number of fill bytes, and markers without content are passed over,
as libjpeg does (`next_marker` in jdmarker.c), so that decoding and copying metadata agree.
"""

import re
from dataclasses import dataclass, replace

SOI, EOI = b"\xff\xd8", b"\xff\xd9"
START_OF_SCAN, COMMENT, APP0, APP15 = 0xDA, 0xFE, 0xE0, 0xEF
_LONGEST_BODY = 0xFFFF - 2
_MOST_SEGMENTS = 20_000
"""No writer makes more: with the longest ones, these are 1.3 GB."""
_END = 0xD9
_STANDALONE = {0x01, *range(0xD0, 0xD8)}
_MARKER = re.compile(rb"\xff([^\x00\xff])", re.DOTALL)
_BEHIND_SCAN = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]", re.DOTALL)
_FRAMES = {*range(0xC0, 0xD0), 0xF7} - {0xC4, 0xC8, 0xCC}


@dataclass(frozen=True)
class Segment:
    """A marker with its content; a scan includes its coded data.

    Attributes:
        marker: the second byte of the marker.
        start: where the segment starts in the file.
        data: all of it, from the marker on.
    """

    marker: int
    start: int
    data: bytes

    @property
    def body(self) -> bytes:
        """What follows the marker and the length."""
        return self.data[4:]

    def with_body(self, body: bytes) -> "Segment":
        """Return the segment with another content, or as it is if that is too long for one."""
        if body == self.body or len(body) > _LONGEST_BODY:
            return self
        data = bytes([0xFF, self.marker]) + (len(body) + 2).to_bytes(2) + body
        return replace(self, data=data)

    @property
    def descriptive(self) -> bool:
        """Whether this is an application segment or a comment, which decoders do not need."""
        return APP0 <= self.marker <= APP15 or self.marker == COMMENT


@dataclass(frozen=True)
class Frame:
    """The start of a frame: the kind of coding (the marker) and its content."""

    marker: int
    body: bytes

    @property
    def bits(self) -> int:
        """Bits per sample."""
        return self.body[0]

    @property
    def height(self) -> int:
        """Rows, 0 if they are only counted behind the first scan."""
        return int.from_bytes(self.body[1:3])

    @property
    def channels(self) -> int:
        """The number of components."""
        return self.body[5]

    @property
    def progressive(self) -> bool:
        """Whether the picture becomes sharper scan by scan."""
        return self.marker in (0xC2, 0xCA)

    @property
    def chroma(self) -> tuple[int, int]:
        """How many times coarser chroma is than luma, across and down; (1, 1) if in doubt."""
        factors = [(sizes >> 4, sizes & 15) for sizes in self.body[7 : 7 + 9 : 3]]
        if len(factors) < 3 or factors[1] != factors[2] or 0 in factors[1]:
            return 1, 1
        (across, down), (chroma_across, chroma_down) = factors[:2]
        if across % chroma_across or down % chroma_down:
            return 1, 1
        return across // chroma_across, down // chroma_down


@dataclass(frozen=True)
class Layout:
    """Where everything is in a file.

    Attributes:
        segments: those of the first picture, in order.
        end: where that picture ends, behind its end marker.
        ended: whether there is an end marker.
    """

    segments: tuple[Segment, ...]
    end: int
    ended: bool

    @property
    def head(self) -> tuple[Segment, ...]:
        """The segments before the first scan, which decoders read metadata from."""
        scans = [n for n, part in enumerate(self.segments) if part.marker == START_OF_SCAN]
        return self.segments[: scans[0]] if scans else self.segments

    @property
    def frame(self) -> Frame | None:
        """How the picture is coded; None if no readable segment says so."""
        found = [part for part in self.head if part.marker in _FRAMES and len(part.body) >= 6]
        return Frame(found[0].marker, found[0].body) if found else None


def read_layout(data: bytes) -> Layout:
    """Walk through a file that starts with `SOI`.

    The walk stops early, with `ended` false, where the file ends or no decoder would go on.
    """
    segments: list[Segment] = []
    position = len(SOI)
    while (match := _MARKER.search(data, position)) and len(segments) < _MOST_SEGMENTS:
        marker, start, position = match[1][0], match.start(), match.end()
        if marker == _END:
            return Layout(tuple(segments), position, True)
        if marker in _STANDALONE:
            continue
        length = int.from_bytes(data[position : position + 2])
        end = position + length
        if length < 2 or end > len(data):
            break
        if marker == START_OF_SCAN:
            behind = _BEHIND_SCAN.search(data, end)
            end = behind.start() if behind else len(data)
        segments.append(Segment(marker, start, data[start:end]))
        position = end
    return Layout(tuple(segments), len(data), False)
