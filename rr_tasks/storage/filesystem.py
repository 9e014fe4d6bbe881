"""The only door from a URL to the storage behind it."""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

import fsspec
import fsspec.core
from botocore.exceptions import ParamValidationError
from botocore.handlers import validate_bucket_name
from fsspec.implementations.local import LocalFileSystem

from rr_tasks.storage.answers import read_whole
from rr_tasks.storage.failure import StorageError, explain_errors
from schemas.settings import s3_settings
from schemas.url import NO_SECRETS, holds_secret

_S3 = ("s3://", "s3a://")
_SLASHES_MISSING = re.compile(r"(s3a?|gs|https?):/?(?!/)(.*)")
_BLOCK = 8 << 20


def filesystem_of(url: str) -> tuple[Any, str]:
    """The fsspec filesystem of a URL, and the path there.

    To be called in the process that uses it: connections do not survive a fork. Nothing about
    storage is remembered from one call to the next, because others write there too.

    Raises:
        StorageError: no such kind of storage, or a package is missing that it needs, or no bucket
            can have the name, or a key or password is in the URL, which is not repeated then.
        UnusableSettingsError: an `RR_S3_` variable makes no sense.
    """
    _check_spelling(url)
    options: dict[str, Any] = {}
    if url.startswith(_S3):
        options = {
            **s3_settings().s3fs_options(),
            "default_block_size": _BLOCK,
            "use_listings_cache": False,
            # An object is read by one request: in parts it could be replaced half-way.
            "max_concurrency": 1,
        }
    try:
        filesystem, path = fsspec.core.url_to_fs(url, **options)
    except (ValueError, ImportError) as error:
        raise StorageError(f"{url}: no such storage: {error}") from error
    if options:
        filesystem.retries = 1  # on top of botocore's own, it would multiply them
        _check_bucket(url, filesystem.split_path(path)[0])
    return filesystem, str(path)


def _check_spelling(url: str) -> None:
    if holds_secret(url):
        raise StorageError(NO_SECRETS)
    if misspelt := _SLASHES_MISSING.fullmatch(url):
        raise StorageError(f"{url}: did you mean {'://'.join(misspelt.groups())}?")
    if url.startswith(_S3) and ".." in url.split("/"):
        raise StorageError(f"{url}: S3 knows no `..`; write the URL without it")


def _check_bucket(url: str, name: str) -> None:
    if not name:
        raise StorageError(f"{url}: names no bucket; write s3://BUCKET/FOLDER")
    try:
        validate_bucket_name({"Bucket": name})
    except ParamValidationError as error:
        raise StorageError(f"{url}: no bucket can have this name; correct the URL") from error


def is_local(filesystem: Any) -> bool:
    """Whether paths are those of this machine's disks."""
    return isinstance(filesystem, LocalFileSystem)


def is_s3(filesystem: Any) -> bool:
    """Whether this is an S3 service."""
    return "s3" in filesystem.protocol


@contextmanager
def open_url(url: str) -> Iterator[BinaryIO]:
    """Open for reading from front to back; some megabytes are read ahead.

    Raises:
        StorageError: storage refused, now or while it is read.
    """
    filesystem, path = filesystem_of(url)
    with explain_errors(url):
        stream = filesystem.open(path, "rb")
    with stream:
        yield _Explained(stream, url)


class _Explained(io.BufferedIOBase, BinaryIO):
    """A stream whose failures say where they happened."""

    def __init__(self, stream: BinaryIO, url: str) -> None:
        self._stream, self._url = stream, url

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def read(self, size: int | None = -1, /) -> bytes:
        with explain_errors(self._url):
            return read_whole(lambda: self._stream.read(-1 if size is None else size))

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()
