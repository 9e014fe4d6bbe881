"""Writes local files that are either whole or absent."""

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
"""Names of files that are being written; they say by which process."""

_NOT_FOR_FOLDERS = (errno.EINVAL, errno.ENOTSUP)
_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK)


@contextmanager
def write_atomically(target: Path, scratch: Path | None = None) -> Iterator[Path]:
    """Give a temporary path, by default beside `target`, which it replaces at the end.

    The file is flushed to the disk before it gets its name, and the name after that, so that a
    power cut leaves the old file or the new one. When the block fails, `target` stays what it was
    and nothing is left behind. Missing folders are made.

    Args:
        target: where the file shall be.
        scratch: a folder of the same disk for the temporary file, where one of a killed process is
            easily found.

    Raises:
        OSError: the disk refused; it names the file.
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
    """Write `content` unless `target` exists; of several writers exactly one succeeds.

    Returns:
        Whether this call made the file, which is then on the disk whole.

    Raises:
        OSError: the disk refused; it names the file.
    """
    partial = partial_beside(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(content)
        flush(partial)
        made = _linked(partial, target)
        flush_names(target.parent)
    except OSError as error:
        error.filename = error.filename or str(target)
        raise
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
    return made


def link_or_copy(source: Path, target: Path) -> None:
    """Give a file a second name, or a copy where its disk has no links or is another one."""
    try:
        target.hardlink_to(source)
    except OSError:
        shutil.copyfile(source, target)


def partial_beside(target: Path) -> Path:
    """A hidden name in the same folder that no other writer uses; see `PARTIAL`."""
    return target.with_name(f".rr-{sign()}-{secrets.token_hex(8)}.part")


def flush(path: Path) -> None:
    """Wait until the content of a file is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def flush_names(folder: Path) -> None:
    """Wait until the names in a folder are on the disk, where its file system can do that."""
    try:
        flush(folder)
    except OSError as error:
        if error.errno not in _NOT_FOR_FOLDERS:
            raise


def _linked(partial: Path, target: Path) -> bool:
    """Give a file a second name; unlike renaming, that never takes the place of another file."""
    try:
        target.hardlink_to(partial)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        return _copied(partial, target)
    return True


def _copied(partial: Path, target: Path) -> bool:
    """For disks without links, such as exFAT: as exclusive, though not whole at once."""
    try:
        with target.open("xb") as out:
            out.write(partial.read_bytes())
    except FileExistsError:
        return False
    flush(target)
    return True
