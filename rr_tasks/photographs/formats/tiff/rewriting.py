"""Replaces the pixels of a TIFF file, and leaves all else where it is, byte for byte.

Metadata of any kind therefore stays true: places that maker notes name, words of unknown structure
in the file's byte order, private tags, and masks. Only directories of replaced pictures move.
"""

import struct
from collections.abc import Iterable, Sequence

import numpy as np

from rr_tasks.photographs.formats.base import UnusablePhotographError
from rr_tasks.photographs.formats.directory import (
    LONG,
    LONG8,
    Directory,
    Numbers,
    Tags,
    follow,
    lead,
    pack_entry,
)
from rr_tasks.photographs.formats.tiff.gaps import blocks_of, find_gaps

_GDAL_UNCHANGED = b"KNOWN_INCOMPATIBLE_EDITION=NO\n "
_GDAL_CHANGED = b"KNOWN_INCOMPATIBLE_EDITION=YES\n"


class Rewriting:
    """A TIFF file of which pictures are replaced.

    The space of the old blocks is used for the new ones, and the file grows only by what does not
    fit there. What is left of the old blocks is overwritten by zeros.
    """

    def __init__(self, replaced: Sequence[Directory], kept: Sequence[Directory]) -> None:
        """Clear the blocks of the pictures that will be replaced.

        Args:
            replaced: the directories of these pictures.
            kept: the file's other directories.
        """
        data = replaced[0].data
        self._width = replaced[0].dialect.width
        self._body = bytearray(data.replace(_GDAL_UNCHANGED, _GDAL_CHANGED, 1))
        self._gaps = find_gaps(replaced, kept)
        for start, end in self._gaps:
            self._body[start:end] = bytes(end - start)
        if self._gaps and self._gaps[-1][1] == len(data):
            del self._body[self._gaps.pop()[0] :]
        self._gaps.reverse()  # so that the next one is the last

    def store(self, blocks: Iterable[bytes]) -> tuple[Numbers, Numbers]:
        """Store strips or tiles; return their places and sizes."""
        stored = [(self._put(block), len(block)) for block in blocks]
        places, sizes = np.array(stored, np.uint64).T
        return places, sizes

    def replace(
        self,
        directory: Directory,
        stored: tuple[Numbers, Numbers],
        tags: Tags,
        removed: set[int],
    ) -> None:
        """Replace the pixels of a directory; of several directories, the last one comes first.

        Args:
            directory: of the picture, as it was in the original.
            stored: its new strips or tiles.
            tags: that change.
            removed: tags that no longer hold.
        """
        dialect = directory.dialect
        kind = LONG if dialect.width == 4 else LONG8
        blocks = zip(blocks_of(directory), stored, strict=True)
        tags = {**tags, **{tag: (kind, values) for tag, values in blocks}}
        rows = self._kept_rows(directory, removed | tags.keys())
        for tag, (kind, values) in tags.items():
            head, packed = pack_entry(dialect, tag, kind, values)
            if len(packed) > dialect.width:
                packed = struct.pack(dialect.place(), self._append(packed))
            rows.append((tag, head + packed.ljust(dialect.width, b"\0")))
        rows.sort(key=lambda row: row[0])
        following = self._body[directory.next.place :][: dialect.width]
        place = self._append(
            struct.pack(dialect.count, len(rows)) + b"".join(row for _, row in rows) + following
        )
        self._lead(directory, place)

    def overwrite(self, place: int, content: bytes) -> None:
        """Replace values that keep their place and length."""
        self._body[place : place + len(content)] = content

    def drop(self, directory: Directory) -> None:
        """Let what leads to a directory lead to the one behind it, in the same order."""
        self._lead(directory, follow(self._body, directory.dialect, directory.next))

    def finish(self) -> bytes:
        """Return the whole file.

        Raises:
            UnusablePhotographError: it is too large for its kind.
        """
        if len(self._body) >= 256**self._width:
            raise UnusablePhotographError(
                "the restored photograph is too large for TIFF files of its kind (4 GB); "
                "convert it to BigTIFF"
            )
        return bytes(self._body)

    def _lead(self, directory: Directory, place: int) -> None:
        """Let everything that leads to a directory lead to a place."""
        for link in directory.references:
            lead(self._body, directory.dialect, link, place)

    def _kept_rows(self, directory: Directory, without: set[int]) -> list[tuple[int, bytes]]:
        """Return the entries that stay; places of directories in them may be new."""
        step = struct.calcsize(directory.dialect.entry)
        return [
            (entry.tag, bytes(self._body[entry.place : entry.place + step]))
            for entry in directory.entries
            if entry.tag not in without
        ]

    def _put(self, block: bytes) -> int:
        """Store a block in the space of the old ones, in their order, and return its place."""
        for skipped in (0, 1):
            if len(self._gaps) <= skipped:
                break
            start, end = self._gaps[-1 - skipped]
            if end - start >= len(block):
                del self._gaps[len(self._gaps) - skipped :]
                self._gaps[-1] = (start + len(block), end)
                self._body[start : start + len(block)] = block
                return start
        return self._append(block)

    def _append(self, content: bytes) -> int:
        """Store bytes at the end, on a word boundary, and return their place."""
        self._body += bytes(len(self._body) % 2)
        place = len(self._body)
        self._body += content
        return place
