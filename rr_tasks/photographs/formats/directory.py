"""TIFF image file directories: reads the tags of a TIFF or BigTIFF and appends them to another."""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

COMPRESSION = 259
_SUBDIRECTORIES = {34665, 34853, 40965}  # EXIF, GPS, and interoperability within EXIF
_DESCRIPTIVE = {
    *(269, 270, 271, 272, 274, 282, 283, 285, 286, 287, 296, 305, 306, 315, 316),
    *(301, 318, 319, 700, 33432, 33723, 34377, 34665, 34675, 34853),
    *(33550, 33922, 34264, 34735, 34736, 34737, 42112, 42113),  # georeference
    *(36867, 37510, 40091, 40092, 40093, 40094, 40095, 50341, 18246, 18249),
}
_LONG = 4
_TYPES = {1: "B", 2: "c", 3: "H", 4: "I", 6: "b", 7: "c", 8: "h", 9: "i", 11: "f", 12: "d", 13: "I"}
_TYPES |= {5: "II", 10: "ii", 16: "Q", 17: "q", 18: "Q"}
_ONLY_BIG = {16, 17, 18}
_MAX_DEPTH = 3

Order = Literal["<", ">"]


@dataclass(frozen=True)
class Tag:
    """A tag's type, number of values, and little-endian values or the directory it points to."""

    kind: int
    count: int
    data: bytes
    directory: "Mapping[int, Tag] | None" = None


@dataclass(frozen=True)
class _Dialect:
    """Byte order and widths: classic TIFF has 4-byte offsets, BigTIFF has 8-byte ones."""

    order: Order
    width: int

    @property
    def entry(self) -> str:
        return f"{self.order}HH{'I' if self.width == 4 else 'Q'}"

    @property
    def count(self) -> str:
        return f"{self.order}{'H' if self.width == 4 else 'Q'}"

    @property
    def offset(self) -> str:
        return f"{self.order}{'I' if self.width == 4 else 'Q'}"


def first_tag(data: bytes, number: int) -> int:
    """Return the first value of a whole-number tag of the first directory; 0 without the tag."""
    tag = _read_first(data, {number}).get(number)
    if tag is None or not tag.data or _TYPES[tag.kind] not in "BHIQ":
        return 0
    return int(struct.unpack_from(f"<{_TYPES[tag.kind]}", tag.data)[0])


def descriptive_tags(data: bytes) -> dict[int, Tag]:
    """Return the tags of the first directory that do not say how the pixels are stored."""
    return _read_first(data, _DESCRIPTIVE)


def add_tags(data: bytes, tags: Mapping[int, Tag]) -> bytes:
    """Write `tags` over those of a little-endian classic TIFF, with a new directory at its end."""
    merged = {**_read_first(data, None), **tags}
    body = bytearray(data + b"\0" * (len(data) % 2))
    offset = _append(body, merged)
    struct.pack_into("<I", body, 4, offset)
    return bytes(body)


def _read_first(data: bytes, numbers: set[int] | None) -> dict[int, Tag]:
    order: Order = "<" if data[:2] == b"II" else ">"
    big = struct.unpack_from(f"{order}H", data, 2)[0] == 43
    dialect = _Dialect(order=order, width=8 if big else 4)
    (offset,) = struct.unpack_from(dialect.offset, data, 8 if big else 4)
    return _read(data, dialect, offset, numbers, 0)


def _read(
    data: bytes, dialect: _Dialect, offset: int, numbers: set[int] | None, depth: int
) -> dict[int, Tag]:
    """Read a directory; damaged entries, which decoders also pass over, are left out."""
    tags: dict[int, Tag] = {}
    try:
        (count,) = struct.unpack_from(dialect.count, data, offset)
        start = offset + struct.calcsize(dialect.count)
        step = struct.calcsize(dialect.entry) + dialect.width
        for position in range(start, min(start + count * step, len(data)), step):
            number = struct.unpack_from(f"{dialect.order}H", data, position)[0]
            if numbers is None or number in numbers:
                tag = _read_tag(data, dialect, position, depth)
                if tag is not None:
                    tags[number] = tag
    except struct.error:
        return tags
    return tags


def _read_tag(data: bytes, dialect: _Dialect, position: int, depth: int) -> Tag | None:
    number, kind, count = struct.unpack_from(dialect.entry, data, position)
    if kind not in _TYPES:
        return None
    place = position + struct.calcsize(dialect.entry)
    size = count * struct.calcsize(f"={_TYPES[kind]}")
    if size > dialect.width:
        (place,) = struct.unpack_from(dialect.offset, data, place)
    if place + size > len(data):
        return None
    values = data[place : place + size]
    if number in _SUBDIRECTORIES:
        if depth >= _MAX_DEPTH or count != 1:
            return None
        (inner,) = struct.unpack_from(dialect.order + _TYPES[kind], values)
        return Tag(_LONG, 1, b"", _read(data, dialect, inner, None, depth + 1))
    if kind in _ONLY_BIG:
        return None
    return Tag(kind, count, _little_endian(values, _TYPES[kind], dialect.order))


def _little_endian(values: bytes, code: str, order: Order) -> bytes:
    size = struct.calcsize(f"={code[0]}")
    if order == "<" or size == 1:
        return values
    return b"".join(values[i : i + size][::-1] for i in range(0, len(values), size))


def _append(body: bytearray, tags: Mapping[int, Tag]) -> int:
    """Append the values and then the directory; return where the directory starts."""
    entries = b""
    for number, tag in sorted(tags.items()):
        values = tag.data
        if tag.directory is not None:
            values = struct.pack("<I", _append(body, tag.directory))
        if len(values) > 4:
            place = len(body)
            body += values + b"\0" * (len(values) % 2)
            values = struct.pack("<I", place)
        entries += struct.pack("<HHI", number, tag.kind, tag.count) + values.ljust(4, b"\0")
    offset = len(body)
    body += struct.pack("<H", len(tags)) + entries + struct.pack("<I", 0)
    return offset
