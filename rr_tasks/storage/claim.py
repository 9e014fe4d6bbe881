"""Shares work between runs: the run that makes a file claims it, and the others do something else.

A claim only avoids duplicate work. Files are complete and correct because of how they are
published, so a claim that is lost, or taken from a run that was only slow, does no harm. It is a
hidden file beside the one being made, and names its owner, which renews it while it works. A claim
that has not changed for `LEASE` seconds no longer belongs to anyone. Clocks are never compared:
each process uses its own to measure how long it has seen the same claim.
"""

import platform
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from threading import Event, Thread
from typing import Any, TypeVar

from pydantic import ValidationError

from rr_tasks.storage.failure import MissingFileError, StorageError
from rr_tasks.storage.files import exists, publish_bytes, publish_if_absent, read_bytes, remove
from rr_tasks.storage.process import is_gone, sign
from schemas.claim import Claim
from schemas.errors import ExpectedError

LEASE = 180.0
RENEWAL = 30.0
"""Seconds. Several renewals may fail before a claim is lost."""

_LOOK = 1.0
_HELD_HERE: set[str] = set()
"""Tokens of the claims that this process holds."""

ResultT = TypeVar("ResultT")


class HeldError(ExpectedError, RuntimeError):
    """Another run is making the file."""

    def __init__(self, held: "Held") -> None:
        super().__init__(
            f"{held.url}: is being made by {held.owner}; wait for it, or stop it and run again"
        )
        self.held = held


class Held:
    """Another run's claim on the file `url`, as it was last seen."""

    def __init__(self, url: str, content: bytes) -> None:
        self.url = url
        self._see(content)

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Start counting anew: a clock of another process, or machine, says nothing here."""
        self.url = state["url"]
        self._see(state["_content"])

    @property
    def owner(self) -> str:
        """The owner in a few words, to show to people."""
        if self._claim is None:
            return "another run"
        process = self._claim.writer.rpartition("-")[2]
        return f"another run on {self._claim.host} (process {process})"

    def wait(self) -> None:
        """Wait until the file is made, or until nobody claims it any more.

        A claim is removed if its owner is dead or its file exists.
        """
        while (content := _read(claim_url(self.url))) is not None:
            if content != self._content:
                self._see(content)
            if self.is_over():
                _remove_unchanged(claim_url(self.url), content)
                return
            time.sleep(_LOOK)

    def is_over(self) -> bool:
        """Whether the owner is dead, has stopped renewing its claim, or has made the file."""
        dead = self._claim is not None and _is_dead(self._claim)
        return dead or time.monotonic() - self._since > LEASE or exists(self.url)

    def _see(self, content: bytes) -> None:
        self._content, self._since = content, time.monotonic()
        self._claim = _parse(content)


OnHeld = Callable[[Held], None]


@contextmanager
def claim(url: str) -> Iterator[None]:
    """Claim the file `url`, which is about to be made, until the end of the block.

    The file need not ever exist: its name can stand for any piece of work.

    Raises:
        HeldError: another run holds a claim and is not known to be dead.
        StorageError: storage refuses.
    """
    ours = Claim(host=platform.node(), writer=sign(), token=secrets.token_hex(8))
    _HELD_HERE.add(ours.token)
    ended = Event()
    renewer = Thread(target=_renew, args=(claim_url(url), ours, ended), daemon=True)
    try:
        _take(url, ours)
        renewer.start()
        try:
            yield
        finally:
            ended.set()
            renewer.join()
            with suppress(StorageError):  # the file is there or not; a later run clears this away
                if _is_ours(claim_url(url), ours):
                    remove(claim_url(url))
    finally:
        _HELD_HERE.discard(ours.token)


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


def claim_url(url: str) -> str:
    """Return the URL of the claim on a file: a hidden name, which no listing shows."""
    folder, _, name = url.rpartition("/")
    return f"{folder}/.{name}.claim"


def read_claim(url: str) -> Held | None:
    """Read the claim at `url`; None if there is none, or if its owner is known to be dead."""
    content = _read(url)
    if content is None:
        return None
    folder, _, name = url.rpartition("/")
    held = Held(f"{folder}/{name.removeprefix('.').removesuffix('.claim')}", content)
    return None if held.is_over() else held


def remove_dead_claim(url: str) -> bool:
    """Remove the claim at `url` if its owner was a process of this machine and has ended."""
    content = _read(url)
    found = content and _parse(content)
    if not content or not found or not _is_dead(found):
        return False
    _remove_unchanged(url, content)
    return True


def _is_dead(found: Claim) -> bool:
    """Whether the owner has ended, or belonged to this process and could not remove its claim."""
    left_behind = found.writer == sign() and found.token not in _HELD_HERE
    return left_behind or is_gone(found.writer)


def _take(url: str, ours: Claim) -> None:
    while not publish_if_absent(_serialize(ours), claim_url(url)):
        content = _read(claim_url(url))
        if content is None:
            continue
        held = Held(url, content)
        if not held.is_over():
            raise HeldError(held)
        _remove_unchanged(claim_url(url), content)


def _renew(url: str, ours: Claim, ended: Event) -> None:
    renewals = 0
    while not ended.wait(RENEWAL):
        with suppress(StorageError):  # the next renewal may go through
            if not _is_ours(url, ours):
                return
            renewals += 1
            publish_bytes(_serialize(ours.model_copy(update={"renewals": renewals})), url)


def _is_ours(url: str, ours: Claim) -> bool:
    return ours.token.encode() in (_read(url) or b"")


def _remove_unchanged(url: str, content: bytes) -> None:
    if _read(url) == content:  # otherwise another run has just taken it
        remove(url)


def _read(url: str) -> bytes | None:
    try:
        return read_bytes(url)
    except MissingFileError:
        return None


def _serialize(ours: Claim) -> bytes:
    return ours.model_dump_json(indent=2).encode()


def _parse(content: bytes) -> Claim | None:
    """Parse a claim; None, to end with the lease, if it is cut off or from another release."""
    try:
        return Claim.model_validate_json(content)
    except ValidationError:
        return None
