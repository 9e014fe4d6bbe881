"""A folder of files, on a disk or in object storage."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO

from rr_tasks.storage.file import StoredFile, write_if_absent
from rr_tasks.storage.readable import Readable
from rr_tasks.storage.status import Status


class Folder(ABC):
    """Files by their paths below a folder, with forward slashes; any thread may use it.

    Every method raises `StorageError` where storage refuses; the error names the file. Nothing
    outside the folder is ever written.

    Attributes:
        url: the folder's URL or path, as users know it.
        place: the same for every name of the folder, with links followed.
    """

    url: str
    place: str

    def at(self, path: str) -> str:
        """Return the URL or path of a file, to show to people."""
        return f"{self.url}/{path}"

    def status(self, path: str) -> Status | None:
        """Return size and time of a file; None if there is none."""
        return self._file(path).status()

    def read(self, path: str) -> bytes:
        """Read a whole file."""
        return self._file(path).read()

    def write(self, path: str, content: bytes, mtime_ns: int | None = None) -> None:
        """Replace a file in one step: see `rr_tasks.storage.file.StoredFile.write`."""
        self._target(path).write(content, mtime_ns)

    def save(self, path: str, stream: Readable, mtime_ns: int | None = None) -> None:
        """Replace a file in one step by what a stream holds, a piece at a time."""
        self._target(path).save(stream, mtime_ns)

    def open(self, path: str) -> AbstractContextManager[BinaryIO]:
        """Open a file to read it from front to back."""
        return self._file(path).open()

    def upload(self, path: str, local: Path) -> None:
        """Replace a file in one step by a finished local file, which must not change later."""
        self._target(path).upload(local)

    def write_if_absent(self, path: str, content: bytes) -> bool:
        """Write a file unless it exists: see `rr_tasks.storage.file.write_if_absent`."""
        return write_if_absent(self._target(path), content)

    def remove(self, path: str) -> None:
        """Delete a file, if it still exists."""
        self._target(path).remove()

    @abstractmethod
    def statuses(self, paths: Iterable[str]) -> dict[str, Status]:
        """Return size and time of many files, without those that do not exist or cannot be seen."""

    @abstractmethod
    def names(self, path: str) -> list[str]:
        """List the names of the files directly in a folder below, sorted; none if it is missing."""

    @abstractmethod
    def is_foreign(self, own: str) -> bool:
        """Whether the folder contains something, but no folder `own`."""

    @abstractmethod
    def remove_leftovers(self, own: str) -> None:
        """Remove what killed writers left unfinished, on a disk only in the folder `own`.

        Errors are ignored, because leftovers only take space.
        """

    @abstractmethod
    def _file(self, path: str) -> StoredFile:
        """Return the file to look at or to read."""

    @abstractmethod
    def _target(self, path: str) -> StoredFile:
        """Return the file to write or to remove."""
