"""A folder in object storage: anything that fsspec supports except disks."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from rr_tasks.storage.below import check_below
from rr_tasks.storage.explanation import explain_errors
from rr_tasks.storage.failure import StorageError
from rr_tasks.storage.filesystem import is_s3
from rr_tasks.storage.folder import Folder
from rr_tasks.storage.leftovers import STALE, abort_stale_uploads
from rr_tasks.storage.remote_file import RemoteFile, status_of, whole_seconds
from rr_tasks.storage.s3 import find_s3_objects, s3_objects
from rr_tasks.storage.status import Status
from rr_tasks.storage.threads import map_in_threads

_VERSION = "?versionId="


@dataclass(frozen=True)
class Entry:
    """A file in a listing, by its path below the listed folder."""

    path: str
    status: Status


class RemoteFolder(Folder):
    """See `Folder`."""

    def __init__(self, filesystem: Any, root: str) -> None:
        self._filesystem, self._root = filesystem, root.rstrip("/")
        self.url = self.place = str(filesystem.unstrip_protocol(self._root))

    def statuses(self, paths: Iterable[str]) -> dict[str, Status]:
        """Look at several objects at a time; S3 describes many of them in one listing."""
        wanted = set(paths)
        listed = self._find_listed(wanted) if is_s3(self._filesystem) else {}
        # Some services that speak S3 list folders in an order of their own, and so pass some over.
        rest = list(wanted - listed.keys())
        found = zip(rest, map_in_threads(self.status, rest), strict=True)
        return listed | {path: status for path, status in found if status is not None}

    def names(self, path: str) -> list[str]:
        """List the names directly below a prefix."""
        return sorted(entry.path for entry in self.entries(path) if "/" not in entry.path)

    def entries(self, path: str = "") -> Iterator[Entry]:
        """Yield every object below a prefix, requesting a page of them from S3 at a time."""
        folder = self._key(path) if path else self._root
        listed = self._pages(folder) if is_s3(self._filesystem) else self._found(folder)
        with explain_errors(self.at(path).rstrip("/")):
            yield from listed

    def is_foreign(self, own: str) -> bool:
        """Whether others put something here."""
        there, ours = (next(self.entries(path), None) for path in ("", own))
        return there is not None and ours is None

    def remove_leftovers(self, own: str) -> None:
        """Abort uploads in parts that began long ago, anywhere in the folder."""
        del own
        if is_s3(self._filesystem):
            with suppress(StorageError):
                abort_stale_uploads(self.url, STALE)

    def _file(self, path: str) -> RemoteFile:
        return RemoteFile(self._filesystem, self._key(path), self.at(path))

    def _target(self, path: str) -> RemoteFile:
        check_below(self.url, path)  # not every storage takes names as they are
        return self._file(path)

    def _key(self, path: str) -> str:
        try:
            path.encode()
        except UnicodeEncodeError:
            raise StorageError(
                "its name is not UTF-8, and storage takes no other; rename it"
            ) from None
        if _VERSION in path:
            raise StorageError(
                f"its name holds {_VERSION}, which asks for a version of another file; rename it"
            )
        return f"{self._root}/{path}"

    def _find_listed(self, paths: set[str]) -> dict[str, Status]:
        root = self._filesystem.split_path(f"{self._root}/")[1]
        keys: dict[str, str] = {}
        for path in paths:
            with suppress(StorageError):  # no object can have this name
                keys[root + self._key(path)[len(self._root) + 1 :]] = path
        with explain_errors(self.url):
            found = list(find_s3_objects(self._filesystem, self._root, set(keys)))
        return {
            keys[entry["Key"]]: Status(entry["Size"], whole_seconds(entry["LastModified"]))
            for entry in found
        }

    def _pages(self, folder: str) -> Iterator[Entry]:
        key = self._filesystem.split_path(f"{folder}/")[1]
        for found in s3_objects(self._filesystem, folder):
            status = Status(found["Size"], whole_seconds(found["LastModified"]))
            yield Entry(found["Key"][len(key) :], status)

    def _found(self, folder: str) -> Iterator[Entry]:
        for path, found in self._filesystem.find(folder, detail=True).items():
            yield Entry(path[len(folder) :].lstrip("/"), status_of(self._filesystem, found))
