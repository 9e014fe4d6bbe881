"""A file on a disk of this machine."""

import io
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from stat import S_ISREG
from typing import BinaryIO

from rr_tasks.storage.atomic import link_or_copy, write_atomically, write_new
from rr_tasks.storage.endless import check_ends
from rr_tasks.storage.explanation import explain_errors
from rr_tasks.storage.readable import Readable
from rr_tasks.storage.status import Status

_PIECE = 1 << 20


class LocalFile:
    """See `rr_tasks.storage.file.StoredFile`."""

    def __init__(self, path: str, url: str, scratch: Path | None = None) -> None:
        self.path, self.url, self._scratch = Path(path), url, scratch

    def exists(self) -> bool:
        """Whether a file or folder is there."""
        with explain_errors(self.url):
            return self.path.exists()

    def status(self) -> Status | None:
        """Look at a regular file."""
        with explain_errors(self.url):
            try:
                found = self.path.stat()
            except (FileNotFoundError, NotADirectoryError):
                return None
        return Status(found.st_size, found.st_mtime_ns) if S_ISREG(found.st_mode) else None

    def stamp(self) -> str | None:
        """Return time, size and number of the file."""
        with explain_errors(self.url):
            try:
                found = self.path.stat()
            except (FileNotFoundError, NotADirectoryError):
                return None
        return f"{found.st_mtime_ns}-{found.st_size}-{found.st_ino}"

    def read(self) -> bytes:
        """Read the whole file."""
        with explain_errors(self.url):
            check_ends(self.path, self.url)
            return self.path.read_bytes()

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """Open the file."""
        with explain_errors(self.url):
            check_ends(self.path, self.url)
            stream = self.path.open("rb")
        with stream:
            yield stream

    def write(self, content: bytes, mtime_ns: int | None = None) -> None:
        """Write to a temporary file, flush it, and rename it."""
        self.save(io.BytesIO(content), mtime_ns)

    def save(self, stream: Readable, mtime_ns: int | None = None) -> None:
        """Do the same a piece at a time."""
        with explain_errors(self.url), write_atomically(self.path, self._scratch) as partial:
            with partial.open("wb") as file:
                shutil.copyfileobj(stream, file, _PIECE)
            if mtime_ns is not None:
                # Not every file system takes every time, and the content matters more.
                with suppress(OSError, OverflowError):
                    os.utime(partial, ns=(mtime_ns, mtime_ns))

    def create(self, content: bytes) -> bool:
        """Link a temporary file to the name, which exactly one of several writers can do."""
        with explain_errors(self.url):
            return write_new(content, self.path)

    def upload(self, local: Path) -> None:
        """Link the other file, or copy it from another disk, and rename that."""
        with explain_errors(self.url), write_atomically(self.path, self._scratch) as partial:
            link_or_copy(local, partial)

    def remove(self) -> None:
        """Delete the file."""
        with explain_errors(self.url):
            try:
                self.path.unlink(missing_ok=True)
            except NotADirectoryError:
                return
