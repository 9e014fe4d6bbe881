"""A file at a place in storage, whether or not it exists."""

from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import BinaryIO, Protocol

from rr_tasks.storage.failure import MissingFileError
from rr_tasks.storage.filesystem import filesystem_of, is_local
from rr_tasks.storage.local_file import LocalFile
from rr_tasks.storage.readable import Readable
from rr_tasks.storage.status import Status


class StoredFile(Protocol):
    """A file on a disk or in object storage; any thread may use it.

    Every method raises `StorageError` where storage refuses; the error names the file. See
    `rr_tasks.storage.explanation.explain_errors`.
    """

    @property
    def url(self) -> str:
        """The file's URL or path, as users know it."""

    def exists(self) -> bool:
        """Whether a file or a folder exists."""

    def status(self) -> Status | None:
        """Return size and time; None if there is no file."""

    def stamp(self) -> str | None:
        """Return a text that changes when the file is replaced; None if there is no file."""

    def read(self) -> bytes:
        """Read the whole file."""

    def open(self) -> AbstractContextManager[BinaryIO]:
        """Open the file to read it from front to back."""

    def write(self, content: bytes, mtime_ns: int | None = None) -> None:
        """Replace the file in one step; missing folders above it are created.

        Args:
            content: all of it.
            mtime_ns: the time to give the file, in nanoseconds since 1970; by default it is now. A
                disk that refuses it keeps now, and S3 has it only as the metadata `mtime`.
        """

    def save(self, stream: Readable, mtime_ns: int | None = None) -> None:
        """Replace the file in one step by the rest of a stream; see `write`."""

    def create(self, content: bytes) -> bool:
        """Write the file unless it exists; return whether this call seems to have done so."""

    def upload(self, local: Path) -> None:
        """Replace the file in one step by a finished local file, which must not change later."""

    def remove(self) -> None:
        """Delete the file, if it still exists."""


def locate(url: str) -> StoredFile:
    """Locate the file of a URL or local path.

    Raises:
        StorageError: see `rr_tasks.storage.filesystem.filesystem_of`.
    """
    filesystem, path = filesystem_of(url)
    if is_local(filesystem):
        return LocalFile(path, url)
    from rr_tasks.storage.remote_file import RemoteFile  # slow to import, and a disk needs no S3

    return RemoteFile(filesystem, path, url)


def write_if_absent(file: StoredFile, content: bytes) -> bool:
    """Write a file unless it exists; of several callers exactly one succeeds.

    A request that is repeated after a lost answer finds what it wrote itself, so identical content
    counts as ours. Where it matters who was first, contents must differ.

    Returns:
        Whether `content` was written by this call, or by one with the same content.
    """
    while True:
        made = file.create(content)
        with suppress(MissingFileError):  # it is gone again
            return made or file.read() == content
