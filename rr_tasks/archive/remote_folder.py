"""A folder in object storage: anything that fsspec reaches and that is no disk."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rr_tasks.archive.status import Status
from rr_tasks.archive.storage import WriteFailedError
from rr_tasks.storage.answers import read_whole
from rr_tasks.storage.failure import StorageError, explain_errors, s3_code
from rr_tasks.storage.filesystem import is_s3
from rr_tasks.storage.leftovers import STALE, abort_stale_uploads
from rr_tasks.storage.listing import s3_objects
from rr_tasks.storage.threads import map_in_threads

_VERSION = "?versionId="


@dataclass(frozen=True)
class Entry:
    """A file that a listing shows, by its path below the listed folder."""

    path: str
    status: Status


class RemoteFolder:
    """See `rr_tasks.archive.folder.Folder`; storage shows an upload only when it is complete."""

    def __init__(self, filesystem: Any, root: str) -> None:
        self._filesystem, self._root = filesystem, root.rstrip("/")

    @property
    def url(self) -> str:
        """The folder's full URL."""
        return str(self._filesystem.unstrip_protocol(self._root))

    @property
    def place(self) -> str:
        """The same; there are no links."""
        return self.url

    def at(self, path: str) -> str:
        """The URL of a file."""
        return f"{self.url}/{path}"

    def status(self, path: str) -> Status | None:
        """Look at an object."""
        with explain_errors(self.at(path)):
            try:
                found = self._filesystem.info(self._key(path))
            except FileNotFoundError as error:
                _raise_unless_absent(error)
                return None
            return None if found["type"] == "directory" else self._status(found)

    def statuses(self, paths: Iterable[str]) -> dict[str, Status]:
        """Look at several objects at a time."""
        asked = list(paths)
        found = zip(asked, map_in_threads(self.status, asked), strict=True)
        return {path: status for path, status in found if status is not None}

    def stamp(self, path: str) -> str | None:
        """What the storage itself calls a version."""
        with explain_errors(self.at(path)):
            try:
                return str(self._filesystem.ukey(self._key(path)))
            except FileNotFoundError as error:
                _raise_unless_absent(error)
                return None

    def names(self, path: str) -> list[str]:
        """Names right below a prefix."""
        return sorted(entry.path for entry in self.entries(path) if "/" not in entry.path)

    def entries(self, path: str = "") -> Iterator[Entry]:
        """Every object below a prefix; S3 is asked for a page of them at a time."""
        folder = self._key(path) if path else self._root
        listed = self._pages(folder) if is_s3(self._filesystem) else self._found(folder)
        with explain_errors(f"{self.url}/{path}".rstrip("/")):
            yield from listed

    def is_foreign(self, own: str) -> bool:
        """Whether others have put something here."""
        there, ours = (next(self.entries(path), None) for path in ("", own))
        return there is not None and ours is None

    def read(self, path: str) -> bytes:
        """Read an object."""
        with explain_errors(self.at(path)):
            key = self._key(path)
            return read_whole(lambda: bytes(self._filesystem.cat_file(key)))

    def write(self, path: str, data: bytes) -> None:
        """Put an object."""
        with explain_errors(self.at(path)):
            self._filesystem.pipe_file(self._key(path), data)

    def remove(self, path: str) -> None:
        """Delete an object."""
        with explain_errors(self.at(path)):
            try:
                self._filesystem.rm_file(self._key(path))
            except FileNotFoundError as error:
                _raise_unless_absent(error)

    def clear_scratch(self) -> None:
        """Nothing to do: what is unfinished is not there."""

    def remove_leftovers(self) -> None:
        """Abort uploads in parts that began long ago."""
        if is_s3(self._filesystem):
            with suppress(StorageError):
                abort_stale_uploads(self.url, STALE)

    def _key(self, path: str) -> str:
        try:
            path.encode()
        except UnicodeEncodeError:
            raise WriteFailedError(
                "its name is not UTF-8, and storage takes no other; rename it"
            ) from None
        if _VERSION in path:
            raise WriteFailedError(
                f"its name holds {_VERSION}, which asks for a version of another file; rename it"
            )
        return f"{self._root}/{path}"

    def _pages(self, folder: str) -> Iterator[Entry]:
        key = self._filesystem.split_path(f"{folder}/")[1]
        for found in s3_objects(self._filesystem, folder):
            status = Status(found["Size"], _whole_seconds(found["LastModified"]))
            yield Entry(found["Key"][len(key) :], status)

    def _found(self, folder: str) -> Iterator[Entry]:
        for path, found in self._filesystem.find(folder, detail=True).items():
            yield Entry(path[len(folder) :].lstrip("/"), self._status(found))

    def _status(self, found: dict[str, Any]) -> Status:
        changed = found.get("LastModified") or self._filesystem.modified(found["name"])
        return Status(found["size"], _whole_seconds(changed))


def _whole_seconds(time: datetime) -> int:
    """In nanoseconds; S3 tells fractions in listings, but not when it is asked for one object."""
    return int(time.timestamp()) * 10**9


def _raise_unless_absent(error: FileNotFoundError) -> None:
    """A missing object is no failure, a missing bucket is."""
    if s3_code(error) == "NoSuchBucket":
        raise error
