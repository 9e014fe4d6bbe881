"""A file in object storage: anything that fsspec supports except disks."""

import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

from rr_tasks.storage.answers import read_whole
from rr_tasks.storage.explanation import explain_errors
from rr_tasks.storage.failure import AccessDeniedError
from rr_tasks.storage.filesystem import is_s3, open_stream
from rr_tasks.storage.network_failure import raise_unless_absent
from rr_tasks.storage.readable import Readable
from rr_tasks.storage.scratch import scratch_folder
from rr_tasks.storage.status import Status
from rr_tasks.storage.uploads import create, upload

_PIECE = 1 << 20


class RemoteFile:
    """See `rr_tasks.storage.file.StoredFile`; storage shows an upload only when it is complete."""

    def __init__(self, filesystem: Any, path: str, url: str) -> None:
        self._filesystem, self._path, self.url = filesystem, path, url

    def exists(self) -> bool:
        """Whether there is an object of this name or below it."""
        return self._info() is not None

    def status(self) -> Status | None:
        """Look at an object."""
        found = self._info()
        if found is None or found["type"] == "directory":
            return None
        with explain_errors(self.url):
            return status_of(self._filesystem, found)

    def stamp(self) -> str | None:
        """Return what the storage itself calls a version."""
        with self._looking():
            try:
                return str(self._filesystem.ukey(self._path))
            except FileNotFoundError as error:
                raise_unless_absent(error)
                return None

    def read(self) -> bytes:
        """Read the whole object."""
        with explain_errors(self.url):
            return read_whole(lambda: bytes(self._filesystem.cat_file(self._path)))

    def open(self) -> AbstractContextManager[BinaryIO]:
        """Open the object."""
        return open_stream(self._filesystem, self._path, self.url)

    def write(self, content: bytes, mtime_ns: int | None = None) -> None:
        """Put the object."""
        with explain_errors(self.url):
            self._filesystem.pipe_file(self._path, content, **self._noting(mtime_ns))

    def save(self, stream: Readable, mtime_ns: int | None = None) -> None:
        """Put the object by way of a local file, as some are larger than memory."""
        with scratch_folder() as scratch:
            local = scratch / "file"
            with local.open("wb") as file:
                shutil.copyfileobj(stream, file, _PIECE)
            self._upload(local, **self._noting(mtime_ns))

    def create(self, content: bytes) -> bool:
        """Put the object by a conditional request."""
        with explain_errors(self.url):
            return create(self._filesystem, self._path, content)

    def upload(self, local: Path) -> None:
        """Put the object, in parts if it is large."""
        self._upload(local)

    def remove(self) -> None:
        """Delete the object."""
        with explain_errors(self.url):
            try:
                self._filesystem.rm_file(self._path)
            except FileNotFoundError as error:
                raise_unless_absent(error)

    def _upload(self, local: Path, **options: Any) -> None:
        with explain_errors(self.url):
            if is_s3(self._filesystem):
                upload(self._filesystem, local, self._path, **options)
            else:
                self._filesystem.put_file(str(local), self._path)

    def _noting(self, mtime_ns: int | None) -> dict[str, Any]:
        """Make the option that notes a time as rclone does: seconds since 1970, in metadata."""
        if mtime_ns is None or not is_s3(self._filesystem):
            return {}
        return {"Metadata": {"mtime": f"{Decimal(mtime_ns).scaleb(-9):f}"}}

    @contextmanager
    def _looking(self) -> Iterator[None]:
        """Explain errors of requests without an answer's body, which would say what is denied."""
        try:
            with explain_errors(self.url):
                yield
        except AccessDeniedError:
            self.read()  # is it the keys, or only this object?
            raise

    def _info(self) -> dict[str, Any] | None:
        with self._looking():
            try:
                return dict(self._filesystem.info(self._path))
            except FileNotFoundError as error:
                raise_unless_absent(error)
                return None


def status_of(filesystem: Any, found: dict[str, Any]) -> Status:
    """Return the status of an object that fsspec describes."""
    changed = found.get("LastModified") or filesystem.modified(found["name"])
    return Status(found["size"], whole_seconds(changed))


def whole_seconds(time: datetime) -> int:
    """Return nanoseconds; S3 gives fractions of a second only in listings, not for one object."""
    return int(time.timestamp()) * 10**9
