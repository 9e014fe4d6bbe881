"""Locked files, which show every process of the machine that their owner lives.

The system ends a lock with the process that holds it, however that one ends, and shows it in other
containers too. Nothing is concluded from it on another machine.
"""

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rr_tasks.storage.atomic import partial_beside
from rr_tasks.storage.process import SIGN

LOCK = re.compile(rf"\.rr-(?P<writer>{SIGN.pattern})-[0-9a-f]{{16}}\.lock")
"""Names of locked files, which tell the process that holds them."""


def lock_of(writer: str, token: str, folder: Path) -> Path:
    """Return the path of a lock in a folder; see `LOCK`."""
    return folder / f".rr-{writer}-{token}.lock"


@contextmanager
def holding(lock: Path) -> Iterator[bool]:
    """Hold a new locked file during the block; yield whether the disk knows locks.

    The file has its name only once it is locked, and the name goes before the lock does.

    Raises:
        OSError: the disk refused; the error names the file.
    """
    partial = partial_beside(lock)
    partial.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(partial, os.O_CREAT | os.O_EXCL, 0o644)
    try:
        known = _try_lock(handle, fcntl.LOCK_EX)
        if known:
            partial.rename(lock)
        yield known
    finally:
        for path in (partial, lock):
            path.unlink(missing_ok=True)
        os.close(handle)


def is_released(lock: Path) -> bool:
    """Whether nobody holds a locked file of this machine, or it is gone."""
    try:
        handle = os.open(lock, os.O_RDONLY)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    try:
        return _try_lock(handle, fcntl.LOCK_SH)
    finally:
        os.close(handle)


def _try_lock(handle: int, kind: int) -> bool:
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
