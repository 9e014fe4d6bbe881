"""The chunks of a PNG file: read as they are, and written with the right checksums."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_END = b"IEND"
_AROUND = 12
"""Bytes of length, kind and checksum."""


@dataclass(frozen=True)
class Chunk:
    """One chunk.

    Attributes:
        kind: four letters, whose cases tell who must understand it and who may copy it.
        body: its content, without length and checksum.
    """

    kind: bytes
    body: bytes

    @property
    def must_be_understood(self) -> bool:
        """Whether the picture cannot be decoded without it."""
        return not self.kind[0] & 0x20

    @property
    def may_be_copied(self) -> bool:
        """Whether it stays true when the pixels change, whoever wrote it."""
        return bool(self.kind[3] & 0x20)

    def __bytes__(self) -> bytes:
        checksum = zlib.crc32(self.kind + self.body)
        return len(self.body).to_bytes(4) + self.kind + self.body + checksum.to_bytes(4)


def read_chunks(data: bytes) -> Iterator[Chunk]:
    """Yield each complete chunk up to the end of the picture, whatever its checksum."""
    for start, end in _places(data):
        yield Chunk(data[start + 4 : start + 8], data[start + 8 : end - 4])


def read_trailer(data: bytes) -> bytes:
    """Return what lies behind the last complete chunk, unless the picture is cut off there."""
    end = max((end for _, end in _places(data)), default=len(SIGNATURE))
    return b"" if data[end + 4 : end + 8] in (b"IDAT", _END) else data[end:]


def _places(data: bytes) -> Iterator[tuple[int, int]]:
    start = len(SIGNATURE)
    while start + _AROUND <= len(data):
        end = start + int.from_bytes(data[start : start + 4]) + _AROUND
        if end > len(data):
            return
        yield start, end
        if data[start + 4 : start + 8] == _END:
            return
        start = end
