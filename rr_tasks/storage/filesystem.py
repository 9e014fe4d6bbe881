"""The only way from a URL to the storage behind it."""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import fsspec.core
from fsspec.implementations.local import LocalFileSystem

from rr_tasks.storage.endless import check_ends
from rr_tasks.storage.explanation import explain_errors
from rr_tasks.storage.failure import StorageError
from schemas.url import NO_SECRETS, holds_secret

_SLASHES_MISSING = re.compile(r"(s3a?|gs|https?):/?(?!/)(.*)")


def filesystem_of(url: str) -> tuple[Any, str]:
    """Return the fsspec filesystem of a URL, and the path there.

    Call it in the process that uses it: connections do not survive a fork.

    Raises:
        StorageError: there is no such kind of storage, it needs a missing package, the name is not
            valid for a bucket, or the URL contains a secret, which the message does not repeat.
        UnusableSettingsError: an `RR_S3_` variable is invalid.
    """
    if holds_secret(url):
        raise StorageError(NO_SECRETS)
    if misspelt := _SLASHES_MISSING.fullmatch(url):
        raise StorageError(f"{url}: did you mean {'://'.join(misspelt.groups())}?")
    # A path may hold whatever means something in other URLs, and `list_files` gives it so.
    if "://" not in url or url.startswith("file://"):
        return LocalFileSystem(), str(LocalFileSystem._strip_protocol(url))
    if url.startswith(("s3://", "s3a://")):
        from rr_tasks.storage.s3 import s3_filesystem_of

        return s3_filesystem_of(url)
    try:
        filesystem, path = fsspec.core.url_to_fs(url)
    except (ValueError, ImportError) as error:
        raise StorageError(f"{url}: no such storage: {error}") from error
    return filesystem, str(path)


def is_local(filesystem: Any) -> bool:
    """Whether paths are on this machine's disks."""
    return isinstance(filesystem, LocalFileSystem)


def is_s3(filesystem: Any) -> bool:
    """Whether this is an S3 service."""
    return "s3" in filesystem.protocol


@contextmanager
def open_url(url: str) -> Iterator[BinaryIO]:
    """Open a file to read it from front to back, some megabytes ahead.

    Raises:
        StorageError: storage refuses, now or while the file is read.
    """
    filesystem, path = filesystem_of(url)
    with open_stream(filesystem, path, url) as stream:
        yield stream


@contextmanager
def open_stream(filesystem: Any, path: str, url: str) -> Iterator[BinaryIO]:
    """Do the same where the filesystem is known; errors name `url`."""
    with explain_errors(url):
        if is_local(filesystem):
            check_ends(Path(path), url)
        stream = filesystem.open(path, "rb")
    with stream:
        yield _Stream(stream, url) if is_local(filesystem) else _RemoteStream(stream, url)


class _Stream(io.BufferedIOBase, BinaryIO):
    """A stream whose errors name the URL."""

    def __init__(self, stream: BinaryIO, url: str) -> None:
        self._stream, self._url = stream, url

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def read(self, size: int | None = -1, /) -> bytes:
        with explain_errors(self._url):
            return self._read(-1 if size is None else size)

    def _read(self, size: int) -> bytes:
        return self._stream.read(size)

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()


class _RemoteStream(_Stream):
    """A stream that repeats reads that the network cut off."""

    def _read(self, size: int) -> bytes:
        from rr_tasks.storage.answers import read_whole

        return read_whole(lambda: self._stream.read(size))
