"""The errors of storage, and what to do about them."""

import errno

from schemas.errors import ExpectedError


class StorageError(ExpectedError, OSError):
    """Storage refused; `errno` is set if a disk gave one."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self._message = message

    def __str__(self) -> str:
        return self._message  # whatever libraries on the way up have added to `args`


class AccessDeniedError(StorageError, PermissionError):
    """The credentials are wrong, or do not allow this."""


class RefusedKeysError(AccessDeniedError):
    """The service does not accept the credentials, whatever they are used for."""


class ProtectedFileError(StorageError, PermissionError):
    """This user is not allowed to do that with this file or folder, but perhaps with others."""


class UnreachableStorageError(StorageError, ConnectionError):
    """The service does not answer or is too busy; trying again later may help."""


class MissingBucketError(StorageError, FileNotFoundError):
    """The bucket of a URL does not exist."""


class MissingFileError(StorageError, FileNotFoundError):
    """No file has this name."""


class StorageStoppedError(StorageError):
    """The disk accepts no more files: it is full, read-only or broken."""


READING_STOPS = (UnreachableStorageError, MissingBucketError, RefusedKeysError)
"""Errors of reading that would meet every other file as well."""

WRITING_STOPS = (*READING_STOPS, AccessDeniedError, StorageStoppedError)
"""Errors of writing that would meet every other file as well."""


def explain_disk_error(url: str, error: OSError) -> StorageError:
    """Say what a disk, or a library's filesystem, refused."""
    if isinstance(error, FileNotFoundError):
        return MissingFileError(f"{url}: no such file")
    said = error.strerror or " ".join(map(str, error.args)) or type(error).__name__
    advice = _ADVICE.get(error.errno or 0)
    explained = _kind(error)(f"{url}: {said.splitlines()[0]}" + (f"; {advice}" if advice else ""))
    explained.errno = error.errno
    return explained


def _kind(error: OSError) -> type[StorageError]:
    if error.errno in _STOPPING:
        return StorageStoppedError
    return ProtectedFileError if isinstance(error, PermissionError) else StorageError


_STOPPING = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO)
_FREE = "free some space and run the same command again to resume"
_ADVICE = {
    errno.ENOSPC: _FREE,
    errno.EDQUOT: _FREE,
    errno.EROFS: "choose a folder that can be written",
    errno.EIO: "check the disk, and run the same command again to resume",
    errno.EACCES: "check who may read and write there",
    errno.EPERM: "check who may read and write there",
}
