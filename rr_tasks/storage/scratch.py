"""Local folders for files that are not published yet."""

import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

from rr_tasks.storage.explanation import explain_errors
from rr_tasks.storage.lock import holding, is_released
from rr_tasks.storage.process import SIGN, is_gone, is_here, sign

_OURS = re.compile(rf"rr-(?P<writer>{SIGN.pattern})-\w+")
_LOCK = ".lock"
"""In each folder, held by its owner."""


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """Yield an empty local folder that is removed at the end of the block.

    Raises:
        StorageError: the disk is full or denies access; the error names the folder.
    """
    with (
        explain_errors(gettempdir()),
        TemporaryDirectory(prefix=f"rr-{sign()}-") as folder,
        explain_errors(folder),
        holding(Path(folder, _LOCK)),
    ):
        yield Path(folder)


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
        ours = _OURS.fullmatch(folder.name)
        if ours and _is_dead(folder, ours["writer"], older_than):
            shutil.rmtree(folder, ignore_errors=True)
            removed += 1
    return removed


def _is_dead(folder: Path, writer: str, older_than: timedelta) -> bool:
    if is_gone(writer):
        return True
    try:
        age = time.time() - (folder / _LOCK).stat().st_mtime
    except OSError:  # not there yet, or a disk without locks
        return False
    old_enough = is_here(writer) or age >= older_than.total_seconds()
    return old_enough and is_released(folder / _LOCK)
