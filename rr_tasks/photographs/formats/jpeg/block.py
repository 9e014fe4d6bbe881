"""TIFF blocks within segments (EXIF and MPF), changed where they are, so that nothing moves.

Maker notes refer to places within their block, in ways that only their makers know.
"""

import struct

_LONG = 4


class Block:
    """A TIFF block; all places are counted from its start.

    Raises:
        struct.error: by all methods, if a place lies outside.
    """

    def __init__(self, data: bytes) -> None:
        """Take a block over, to change a copy of it."""
        self.data = bytearray(data)
        self._order = "<" if data[:2] == b"II" else ">"

    @property
    def first(self) -> int:
        """Where the first directory is."""
        return self.long(4)

    def long(self, place: int) -> int:
        """Read a whole number of four bytes."""
        return int(struct.unpack_from(f"{self._order}I", self.data, place)[0])

    def put_long(self, place: int, value: int) -> None:
        """Replace a whole number of four bytes."""
        struct.pack_into(f"{self._order}I", self.data, place, value)

    def entries(self, directory: int) -> dict[int, int]:
        """Return the place of the entry of each tag."""
        places = range(directory + 2, directory + 2 + 12 * self._count(directory), 12)
        return {self._short(place): place for place in places}

    def next_pointer(self, directory: int) -> int:
        """Return the place of the number that says where the next directory is."""
        return directory + 2 + 12 * self._count(directory)

    def value(self, entry: int) -> int:
        """Read the first value of an entry, if it is a whole number."""
        return self.long(entry + 8) if self._short(entry + 2) == _LONG else self._short(entry + 8)

    def _count(self, directory: int) -> int:
        return self._short(directory)

    def _short(self, place: int) -> int:
        return int(struct.unpack_from(f"{self._order}H", self.data, place)[0])
