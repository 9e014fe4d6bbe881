"""One run at a time on an output folder."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rr_tasks.archive import layout
from rr_tasks.archive.check import FolderError


@contextmanager
def claimed(output: str) -> Iterator[None]:
    """Hold an output folder; the operating system lets go of it however the process ends.

    Raises:
        FolderError: another run on this machine holds it.
    """
    lock = Path(output) / layout.LOCK
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FolderError(
                f"another run is restoring into {output}; wait for it or choose another folder"
            ) from None
        yield
