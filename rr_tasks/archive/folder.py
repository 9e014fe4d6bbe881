"""A folder of files, on a disk or in object storage, as the archive job uses it."""

from collections.abc import Iterable
from typing import Protocol

from rr_tasks.archive.local_folder import LocalFolder
from rr_tasks.archive.remote_folder import RemoteFolder
from rr_tasks.archive.status import Status
from rr_tasks.storage.filesystem import filesystem_of, is_local


class Folder(Protocol):
    """Files by their paths below a folder, with forward slashes; any thread may ask."""

    @property
    def url(self) -> str:
        """The folder itself, as people name it."""

    @property
    def place(self) -> str:
        """The same for every name of the folder, links followed."""

    def at(self, path: str) -> str:
        """Where a file is, for people."""

    def status(self, path: str) -> Status | None:
        """Look at a file; None when there is none.

        Raises:
            OSError: it cannot be looked at.
        """

    def statuses(self, paths: Iterable[str]) -> dict[str, Status]:
        """Look at many files at once; those that are not there, or cannot be seen, are left out."""

    def stamp(self, path: str) -> str | None:
        """Changes when a file is replaced; None when there is none."""

    def names(self, path: str) -> list[str]:
        """Names of the files right in a folder below this one, sorted; none if it is missing."""

    def is_foreign(self, own: str) -> bool:
        """Whether there is something in here, but no folder `own`."""

    def read(self, path: str) -> bytes:
        """Read a whole file.

        Raises:
            OSError: it is missing or cannot be read.
        """

    def write(self, path: str, data: bytes) -> None:
        """Replace a file in one step; folders above it are made.

        Raises:
            WriteFailedError: this file cannot be written.
            WRITING_STOPS: none can.
        """

    def remove(self, path: str) -> None:
        """Delete a file if it exists; raises as `write` does."""

    def clear_scratch(self) -> None:
        """Remove the scratch folder, with what a writer that was killed left unfinished there."""

    def remove_leftovers(self) -> None:
        """Remove what else was left unfinished by writers that were killed."""


def open_folder(url: str, scratch: str | None = None) -> Folder:
    """Open a folder, which need not exist yet.

    Args:
        url: any URL or local path.
        scratch: path below it for unfinished files, where a disk needs one; it belongs to whoever
            opens the folder. By default they lie beside their targets.

    Raises:
        StorageError: no such kind of storage.
    """
    if "://" not in url:
        return LocalFolder(url, scratch)
    filesystem, path = filesystem_of(url)
    if is_local(filesystem):
        return LocalFolder(path, scratch)
    return RemoteFolder(filesystem, path)
