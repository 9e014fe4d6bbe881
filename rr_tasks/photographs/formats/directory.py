"""Image file directories, of which TIFF files and EXIF blocks consist: the only parser of them.

It reads what it is asked for and never fails: what is damaged is absent, as for decoders.
"""

import struct
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, Self

import numpy as np
import numpy.typing as npt

SHORT, LONG, LONG8 = 3, 4, 16
_MAX_ENTRIES, _MAX_LINKS = 4_096, 128
"""No writer makes directories with more."""

_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_SIZES |= {16: 8, 17: 8, 18: 8}
_WHOLE = {1: "u1", 3: "u2", 4: "u4", 13: "u4", 16: "u8", 18: "u8"}

Order = Literal["<", ">"]
Numbers = npt.NDArray[np.unsignedinteger]
Tags = dict[int, tuple[int, Numbers]]
"""Type and values by tag."""


@dataclass(frozen=True)
class Dialect:
    """Byte order, and width of places: 4 bytes in TIFF, 8 in BigTIFF."""

    order: Order
    width: int

    @classmethod
    def of(cls, data: bytes) -> Self | None:
        """Read it from the first bytes; None if they are not those of a TIFF."""
        if data[:4] in (b"II*\0", b"MM\0*"):
            return cls("<" if data[:2] == b"II" else ">", 4)
        if data[:4] in (b"II+\0", b"MM\0+"):
            return cls("<" if data[:2] == b"II" else ">", 8)
        return None

    @property
    def first(self) -> "Link":
        """Where the file says where its first directory is."""
        return Link(self.width, self.width)

    @property
    def count(self) -> str:
        """Format of the number of entries."""
        return f"{self.order}{'H' if self.width == 4 else 'Q'}"

    @property
    def entry(self) -> str:
        """Format of an entry: tag, type, count, and its values or their place."""
        return f"{self.order}HH{'I4s' if self.width == 4 else 'Q8s'}"

    def place(self, width: int | None = None) -> str:
        """Format of a place in the file."""
        return f"{self.order}{'I' if (width or self.width) == 4 else 'Q'}"


@dataclass(frozen=True)
class Link:
    """A place in the file that tells the place of a directory, and how many bytes it takes."""

    place: int
    width: int


@dataclass(frozen=True)
class Entry:
    """An entry of a directory.

    Attributes:
        place: of the entry itself.
        values: where its values start.
        size: their bytes; 0 if the type is unknown, or if they are not all in the file.
    """

    tag: int
    kind: int
    count: int
    place: int
    values: int
    size: int


@dataclass(frozen=True, eq=False)
class Directory:
    """A directory of a file.

    Attributes:
        references: what leads to it.
        place: where it starts.
        entries: in their order in the file, also those that are damaged or of unknown types.
        next: the link to the directory behind it.
    """

    data: bytes
    dialect: Dialect
    references: tuple[Link, ...]
    place: int
    entries: tuple[Entry, ...]
    next: Link

    @cached_property
    def _by_tag(self) -> dict[int, Entry]:
        return {entry.tag: entry for entry in reversed(self.entries)}

    def find(self, tag: int) -> Entry | None:
        """Return the first readable entry of a tag, as libtiff does."""
        entry = self._by_tag.get(tag)
        return entry if entry is not None and entry.size else None

    def numbers(self, tag: int) -> Numbers:
        """Return a tag's whole numbers without sign; none if it has none."""
        entry = self.find(tag)
        if entry is None or entry.kind not in _WHOLE:
            return np.empty(0, np.uint8)
        kind = np.dtype(_WHOLE[entry.kind]).newbyteorder(self.dialect.order)
        return np.frombuffer(self.data, kind, entry.count, entry.values)

    def number(self, tag: int, otherwise: int = 0) -> int:
        """Return a tag's first number."""
        numbers = self.numbers(tag)
        return int(numbers[0]) if len(numbers) else otherwise

    def links(self, tag: int) -> tuple[Link, ...]:
        """Return the links to directories that a tag holds, the first few if there are many."""
        entry = self.find(tag)
        if entry is None or _SIZES[entry.kind] not in (4, 8):
            return ()
        width = _SIZES[entry.kind]
        return tuple(
            Link(entry.values + number * width, width)
            for number in range(min(entry.count, _MAX_LINKS))
        )


def follow(data: bytes | bytearray, dialect: Dialect, link: Link) -> int:
    """Return the place to which a link leads; 0 if it leads nowhere."""
    try:
        return int(struct.unpack_from(dialect.place(link.width), data, link.place)[0])
    except struct.error:
        return 0


def lead(data: bytearray, dialect: Dialect, link: Link, place: int) -> None:
    """Let a link lead to a place.

    Raises:
        struct.error: the link lies outside, or the place is too far away for it.
    """
    struct.pack_into(dialect.place(link.width), data, link.place, place)


def read_directory(data: bytes, dialect: Dialect, link: Link) -> Directory | None:
    """Read the directory to which a link leads; None if there is none in the file."""
    place = follow(data, dialect, link)
    try:
        (count,) = struct.unpack_from(dialect.count, data, min(place, len(data)))
    except struct.error:
        return None
    start, step = place + struct.calcsize(dialect.count), struct.calcsize(dialect.entry)
    end = start + count * step
    if place == 0 or not 0 < count <= _MAX_ENTRIES or end > len(data):
        return None
    entries = tuple(_read_entry(data, dialect, at) for at in range(start, end, step))
    return Directory(data, dialect, (link,), place, entries, Link(end, dialect.width))


def _read_entry(data: bytes, dialect: Dialect, place: int) -> Entry:
    tag, kind, count, inline = struct.unpack_from(dialect.entry, data, place)
    size = count * _SIZES.get(kind, 0)
    values = place + struct.calcsize(dialect.entry) - dialect.width
    if size > dialect.width:
        (values,) = struct.unpack(dialect.place(), inline)
    if values + size > len(data):
        size = 0
    return Entry(tag, kind, count, place, values, size)


def pack_entry(dialect: Dialect, tag: int, kind: int, values: Numbers) -> tuple[bytes, bytes]:
    """Pack whole numbers as an entry.

    Returns:
        The head (tag, type and count), and the values, which belong behind it if they are no longer
        than a place, and elsewhere otherwise.
    """
    head = struct.pack(dialect.entry[:-2], tag, kind, len(values))
    return head, values.astype(np.dtype(_WHOLE[kind]).newbyteorder(dialect.order)).tobytes()
