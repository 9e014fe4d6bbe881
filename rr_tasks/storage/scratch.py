"""Local folders for files that are not published yet, which nobody else can read or replace.

Everybody may write to TMPDIR on many machines, and a name there proves nothing. A folder counts as
ours only if this user made it, for this user alone, with a mark in it.
"""

import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from stat import S_IMODE, S_ISREG
from tempfile import gettempdir, mkdtemp

from rr_tasks.storage.explanation import explain_errors
from rr_tasks.storage.lock import holding, is_released
from rr_tasks.storage.process import SIGN, is_gone, is_here, sign

_OURS = re.compile(rf"rr-(?P<writer>{SIGN.pattern})-\w+")
_FILES, _LOCK, _MARK = "files", "lock", "mark"
"""In each folder: what it is for, what its owner holds, and what proves that it is ours."""


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """Yield an empty local folder that is removed at the end of the block.

    Raises:
        StorageError: the disk is full or denies access; the error names the folder.
    """
    with explain_errors(gettempdir()):
        folder = Path(mkdtemp(prefix=f"rr-{sign()}-"))
    try:
        with explain_errors(str(folder)):
            (folder / _MARK).touch(exist_ok=False)
            with holding(folder / _LOCK):
                (folder / _FILES).mkdir()
                yield folder / _FILES
    finally:
        with suppress(OSError), _opened(folder) as handle:
            _remove(folder, handle)


def remove_dead_scratch(older_than: timedelta) -> int:
    """Remove the scratch folders of processes that were killed.

    Args:
        older_than: what nobody holds goes after this time even if the machine was started anew
            since, or is another one.

    Returns:
        The number of folders removed.
    """
    removed = 0
    for folder in Path(gettempdir()).glob("rr-*"):
        named = _OURS.fullmatch(folder.name)
        if named:
            with suppress(OSError), _opened(folder) as handle:
                if _is_dead(folder, named["writer"], older_than):
                    _remove(folder, handle)
                    removed += 1
    return removed


@contextmanager
def _opened(folder: Path) -> Iterator[int]:
    """Open a folder, as its name may become that of another one.

    Raises:
        OSError: it is a link, or not ours.
    """
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        found = os.fstat(handle)
        mark = os.stat(_MARK, dir_fd=handle, follow_symlinks=False)
        private = S_IMODE(found.st_mode) == 0o700 and S_ISREG(mark.st_mode)
        if not private or not found.st_uid == mark.st_uid == os.geteuid():
            raise PermissionError(f"{folder} was not made by this user for itself")
        yield handle
    finally:
        os.close(handle)


def _is_dead(folder: Path, writer: str, older_than: timedelta) -> bool:
    if is_gone(writer):
        return True
    try:
        age = time.time() - (folder / _LOCK).stat().st_mtime
    except OSError:  # not there yet, or a disk without locks
        return False
    old_enough = is_here(writer) or age >= older_than.total_seconds()
    return old_enough and is_released(folder / _LOCK)


def _remove(folder: Path, handle: int) -> None:
    """Remove an open folder, the mark last, so that what a kill leaves is still ours."""
    shutil.rmtree(_FILES, ignore_errors=True, dir_fd=handle)
    for name in sorted(os.listdir(handle), key=lambda name: name == _MARK):
        os.unlink(name, dir_fd=handle)
    folder.rmdir()
