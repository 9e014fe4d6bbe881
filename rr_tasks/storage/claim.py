"""Shares work between runs: the run that makes a file claims it, and the others do something else.

A claim only avoids duplicate work. Files are complete and correct because of how they are
published, so a claim that is lost, or taken from a run that was only slow, does no harm. It is a
hidden file beside the one being made, and names its owner, which renews it while it works;
`rr_tasks.storage.held` tells how others know that an owner is dead.
"""

import platform
import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from threading import Event, Thread
from typing import TypeVar

from rr_tasks.storage.explanation import explain_errors
from rr_tasks.storage.failure import MissingFileError, StorageError
from rr_tasks.storage.files import publish_bytes, publish_if_absent, read_bytes, remove
from rr_tasks.storage.filesystem import filesystem_of, is_local
from rr_tasks.storage.held import HELD_HERE, LEASE, Held, HeldError, claim_url, folder_on_disk, see
from rr_tasks.storage.lock import holding, lock_of
from rr_tasks.storage.process import sign
from schemas.claim import Claim

RENEWAL = 5.0
"""Seconds; several renewals may fail before a claim is lost."""

ResultT = TypeVar("ResultT")
OnHeld = Callable[[Held], None]


@contextmanager
def claim(url: str) -> Iterator[None]:
    """Claim the file `url`, which is about to be made, until the end of the block.

    The file need not ever exist: its name can stand for any piece of work.

    Raises:
        HeldError: another run holds a claim and is not known to be dead.
        StorageError: storage refuses.
    """
    writer, token = sign(), secrets.token_hex(8)
    HELD_HERE.add(token)
    try:
        with _showing_life(url, writer, token) as locked:
            ours = Claim(
                host=platform.node(), writer=writer, token=token, lease=LEASE, locked=locked
            )
            _take(url, ours)
            with _renewing(claim_url(url), ours):
                yield
    finally:
        HELD_HERE.discard(token)


@contextmanager
def claim_in_turn(url: str, on_held: OnHeld | None = None) -> Iterator[None]:
    """Claim the file `url` like `claim`, but wait for other runs first.

    Args:
        url: the file.
        on_held: called for each claim that this run has to wait for.

    Raises:
        StorageError: storage refuses.
    """
    with ExitStack() as held:
        while True:
            try:
                held.enter_context(claim(url))
            except HeldError as error:
                if on_held is not None:
                    on_held(error.held)
                error.held.wait()
            else:
                break
        yield


def make_unless_held(make: Callable[[], ResultT]) -> ResultT | Held:
    """Return what `make` returns, or another run's claim on its file."""
    try:
        return make()
    except HeldError as error:
        return error.held


@contextmanager
def _showing_life(url: str, writer: str, token: str) -> Iterator[bool]:
    """Hold a lock beside a claim while it lasts, if it is on a disk that knows locks."""
    if not is_local(filesystem_of(url)[0]):
        yield False
        return
    with ExitStack() as lock:
        with explain_errors(url):
            held = lock.enter_context(holding(lock_of(writer, token, folder_on_disk(url))))
        yield held


@contextmanager
def _renewing(url: str, ours: Claim) -> Iterator[None]:
    """Renew a claim during the block, and remove it at the end."""
    ended = Event()
    renewer = Thread(target=_renew, args=(url, ours, ended), daemon=True)
    renewer.start()
    try:
        yield
    finally:
        ended.set()
        renewer.join()
        with suppress(StorageError):  # the file is there or not; a later run clears this away
            if _is_ours(url, ours):
                remove(url)


def _take(url: str, ours: Claim) -> None:
    while not publish_if_absent(_serialize(ours), claim_url(url)):
        held = see(claim_url(url))
        if held is not None and not held.is_over():
            raise HeldError(held)
        if held is not None:
            held.remove()


def _renew(url: str, ours: Claim, ended: Event) -> None:
    renewals = 0
    while not ended.wait(RENEWAL):
        with suppress(StorageError):  # the next renewal may go through
            if not _is_ours(url, ours):
                return
            renewals += 1
            publish_bytes(_serialize(ours.model_copy(update={"renewals": renewals})), url)


def _is_ours(url: str, ours: Claim) -> bool:
    try:
        return ours.token.encode() in read_bytes(url)
    except MissingFileError:
        return False


def _serialize(ours: Claim) -> bytes:
    return ours.model_dump_json(indent=2).encode()
