"""Reads originals and writes files that are either complete or absent."""

import errno
import os
import secrets
from contextlib import suppress
from pathlib import Path

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


def write_failure(target: Path, error: OSError) -> WriteFailedError:
    """Say why `target` could not be written, and whether it makes sense to go on."""
    if error.errno in _STOPPING:
        return StorageStoppedError(
            f"cannot write {target}: {_STOPPING[error.errno]}. Solve that and run again: "
            "what is finished will be skipped"
        )
    return WriteFailedError(f"cannot write {target}: {error.strerror or error}")


def write_whole(target: Path, data: bytes, scratch: Path | None = None) -> None:
    """Write `data` to a temporary file, sync it, and move it to `target`.

    Args:
        target: replaced when it exists; missing folders are made.
        data: the whole content.
        scratch: folder on the same file system for the temporary file; `target`'s own by default.

    Raises:
        WriteFailedError: see there; nothing is left behind and `target` is what it was.
    """
    folder = target.parent if scratch is None else scratch
    temporary = folder / f".{secrets.token_hex(8)}.part"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        target.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    except BaseException as error:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise write_failure(target, error) from error
        raise


def size_of(path: Path) -> int | None:
    """Return the size of a regular file in bytes; None when there is none."""
    try:
        return path.stat().st_size if path.is_file() else None
    except OSError:
        return None


def remove(path: Path) -> None:
    """Delete a file of ours if it exists.

    Raises:
        WriteFailedError: it cannot be deleted.
    """
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise write_failure(path, error) from error
