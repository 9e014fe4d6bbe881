"""Local folders for files that are not published yet."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

from rr_tasks.storage.explanation import explain_errors
from rr_tasks.storage.process import SIGN, is_gone, sign

_OURS = re.compile(rf"rr-(?P<writer>{SIGN.pattern})-\w+")


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
    ):
        yield Path(folder)


def remove_dead_scratch() -> int:
    """Remove the scratch folders of processes that were killed.

    Returns:
        The number of folders removed.
    """
    removed = 0
    for folder in Path(gettempdir()).glob("rr-*"):
        ours = _OURS.fullmatch(folder.name)
        if ours and is_gone(ours["writer"]):
            shutil.rmtree(folder, ignore_errors=True)
            removed += 1
    return removed
