"""Which failures of storage concern one file, and which all of them."""

import errno
from pathlib import Path

from rr_tasks.storage.failure import AccessDeniedError, MissingBucketError, UnreachableStorageError
from schemas.errors import ExpectedError

_STOPPING = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EROFS: "the disk is read-only",
    errno.EIO: "the disk reports an input/output error",
}


class WriteFailedError(ExpectedError, RuntimeError):
    """One file could not be written; others may well be."""


class StorageStoppedError(WriteFailedError):
    """The output takes no more files at all; the run can be resumed once that is solved."""


READING_STOPS = (UnreachableStorageError, MissingBucketError)
"""Failures of reading that are not the file's fault: the run stops and can be resumed."""

WRITING_STOPS = (*READING_STOPS, AccessDeniedError, StorageStoppedError)
"""Failures of writing after which no other file can be written either."""


def write_failure(target: Path, error: OSError) -> WriteFailedError:
    """Say why `target` could not be written on a disk, and whether it makes sense to go on."""
    if error.errno in _STOPPING:
        return StorageStoppedError(
            f"cannot write {target}: {_STOPPING[error.errno]}. Solve that and run again: "
            "what is finished will be skipped"
        )
    return WriteFailedError(f"cannot write {target}: {error.strerror or error}")
