"""What a file can be written from."""

from typing import Protocol


class Readable(Protocol):
    """Something that is read from front to back."""

    def read(self, size: int = -1, /) -> bytes:
        """Read at most so many bytes; none at the end."""
