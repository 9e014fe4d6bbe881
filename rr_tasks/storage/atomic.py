"""Writes local files that are either complete or absent."""

import errno
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from rr_tasks.storage.process import SIGN, sign

PARTIAL = re.compile(rf"\.rr-(?P<writer>{SIGN.pattern})-[0-9a-f]{{16}}\.part")
"""Names of unfinished files, which tell the process that is writing them."""

_NOT_FOR_FOLDERS = (errno.EINVAL, errno.ENOTSUP)
_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK)


@contextmanager
def write_atomically(target: Path, scratch: Path | None = None) -> Iterator[Path]:
    """Yield a temporary path; the file written there replaces `target` at the end of the block.

    The content is flushed to the disk before the rename, and the name after it, so a power cut
    leaves either the old file or the new one. If the block fails, `target` stays as it was and the
    temporary file is removed. Missing folders are created.

    Args:
        target: the file to replace.
        scratch: a folder on the same disk for the temporary file, so that those of killed processes
            are easy to find; by default the folder of `target`.

    Raises:
        OSError: the disk refused; the error names the file.
    """
    partial = partial_beside(target if scratch is None else scratch / target.name)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        partial.parent.mkdir(parents=True, exist_ok=True)
        yield partial
        flush(partial)
        partial.replace(target)
        flush_names(target.parent)
    except OSError as error:
        error.filename = error.filename or str(target)  # a full disk does not name one
        raise
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)


def write_new(content: bytes, target: Path) -> bool:
    """Write `content` unless `target` exists; exactly one of several writers succeeds.

    Returns:
        Whether this call created the file, which is never visible half-written.

    Raises:
        OSError: the disk refused; the error names the file.
    """
    partial = partial_beside(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(content)
        flush(partial)
        made = _link(partial, target)
        flush_names(target.parent)
    except OSError as error:
        error.filename = error.filename or str(target)
        raise
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
    return made


def link_or_copy(source: Path, target: Path) -> None:
    """Give a file a second name, or copy it where it cannot be linked."""
    try:
        target.hardlink_to(source)
    except OSError:
        shutil.copyfile(source, target)


def partial_beside(target: Path) -> Path:
    """Return a hidden name in the same folder that no other writer uses; see `PARTIAL`."""
    return target.with_name(f".rr-{sign()}-{secrets.token_hex(8)}.part")


def flush(path: Path) -> None:
    """Wait until a file's content is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def flush_names(folder: Path) -> None:
    """Wait until the names in a folder are on the disk, if the file system supports it."""
    try:
        flush(folder)
    except OSError as error:
        if error.errno not in _NOT_FOR_FOLDERS:
            raise


def _link(partial: Path, target: Path) -> bool:
    """Give a file a second name. Unlike a rename, this never replaces another file."""
    try:
        target.hardlink_to(partial)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        return _copy(partial, target)
    return True


def _copy(partial: Path, target: Path) -> bool:
    """Do the same on disks without links, such as exFAT: equally exclusive, but not in one step."""
    try:
        with target.open("xb") as out:
            out.write(partial.read_bytes())
    except FileExistsError:
        return False
    flush(target)
    return True
