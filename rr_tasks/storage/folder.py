"""A folder of files, on a disk or in object storage."""

from abc import ABC, abstractmethod
from collections.abc import Iterable

from rr_tasks.storage.file import StoredFile, write_if_absent
from rr_tasks.storage.status import Status


class Folder(ABC):
    """Files by their paths below a folder, with forward slashes; any thread may use it.

    Every method raises `StorageError` where storage refuses; the error names the file. Nothing
    outside of the folder is ever written.

    Attributes:
        url: the folder's URL or path, as people know it.
        place: the same for every name of the folder, links followed.
    """

    url: str
    place: str

    def at(self, path: str) -> str:
        """The URL or path of a file, for people."""
        return f"{self.url}/{path}"

    def status(self, path: str) -> Status | None:
        """Size and time of a file; None when there is none."""
        return self._file(path).status()

    def read(self, path: str) -> bytes:
        """Read a whole file."""
        return self._file(path).read()

    def write(self, path: str, content: bytes) -> None:
        """Replace a file in one step; folders above it are made."""
        self._target(path).write(content)

    def write_if_absent(self, path: str, content: bytes) -> bool:
        """Write a file unless it exists: see `rr_tasks.storage.file.write_if_absent`."""
        return write_if_absent(self._target(path), content)

    def remove(self, path: str) -> None:
        """Delete a file; it may be gone already."""
        self._target(path).remove()

    @abstractmethod
    def statuses(self, paths: Iterable[str]) -> dict[str, Status]:
        """Size and time of many files; those that do not exist, or cannot be seen, are left out."""

    @abstractmethod
    def names(self, path: str) -> list[str]:
        """Names of the files right in a folder below this one, sorted; none if it is missing."""

    @abstractmethod
    def is_foreign(self, own: str) -> bool:
        """Whether there is something in here, but no folder `own`."""

    @abstractmethod
    def remove_leftovers(self, own: str) -> None:
        """Remove what killed writers left unfinished, on a disk in the folder `own` below this one.

        Errors are passed over: leftovers only cost space.
        """

    @abstractmethod
    def _file(self, path: str) -> StoredFile:
        """The file to look at or to read."""

    @abstractmethod
    def _target(self, path: str) -> StoredFile:
        """The file to write or remove."""
