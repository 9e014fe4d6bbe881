"""One run at a time on an output folder."""

import fcntl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from rr_tasks.archive import layout
from rr_tasks.archive.check import FolderError
from rr_tasks.archive.folder import Folder, open_folder
from rr_tasks.archive.local_folder import LocalFolder
from rr_tasks.storage import claim
from rr_tasks.storage.claim import LEASE, Held, HeldError, claim_url

_SECOND = 10**9


@contextmanager
def claimed(output: str) -> Iterator[None]:
    """Hold an output folder.

    On a disk the operating system lets go of it however the process ends. In object storage a claim
    is renewed while the process lives; it is void as soon as this machine knows that its process
    has ended, and after `LEASE` seconds for any other machine. A run that was paused for longer may
    find another one beside it: they make the same files, and count their own work.

    Raises:
        FolderError: another run holds it.
        StorageError: storage refuses.
    """
    folder = open_folder(output)
    with _locked(folder) if isinstance(folder, LocalFolder) else _leased(folder):
        yield


@contextmanager
def _locked(output: LocalFolder) -> Iterator[None]:
    lock = Path(output.at(layout.LOCK))
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FolderError(
                f"another run is restoring into {output.url}; wait for it or choose another folder"
            ) from None
        yield


@contextmanager
def _leased(output: Folder) -> Iterator[None]:
    run = output.at(layout.RUN)
    with ExitStack() as held:
        try:
            held.enter_context(claim.claim(run))
        except HeldError as error:
            _clear_away(error.held, output)
            held.enter_context(claim.claim(run))
        yield


def _clear_away(held: Held, output: Folder) -> None:
    """Remove the claim of another machine's run if it has not been renewed for too long."""
    path = claim_url(layout.RUN)
    seen = output.status(path)
    if seen is None:  # it has just ended
        return
    if _now(output) - seen.mtime_ns < LEASE * _SECOND:
        until = datetime.fromtimestamp(seen.mtime_ns / _SECOND + LEASE, UTC)
        raise FolderError(
            f"{held.owner} is restoring into {output.url} and holds it until {until:%H:%M:%S} UTC, "
            "longer if it is alive then; wait for it or choose another folder"
        )
    output.remove(path)


def _now(output: Folder) -> int:
    """The time by the clock that dates claims, in nanoseconds since 1970."""
    output.write(layout.CLOCK, b"")
    seen = output.status(layout.CLOCK)
    return seen.mtime_ns if seen else 0
