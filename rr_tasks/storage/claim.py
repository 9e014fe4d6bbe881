"""Shares work between runs: whoever makes a file claims it, and the others do something else.

A claim only saves making a file twice. That files are whole and right rests on how they are
published, so a claim that is lost, or taken from somebody who was only slow, does no harm. It is a
hidden file beside the one that is made, and names its owner. While the owner works it is renewed;
one that has not changed for `LEASE` seconds belongs to nobody any more. No clock is compared with
another: every run measures with its own how long it has seen the same claim.
"""

import platform
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread
from typing import TypeVar

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

ResultT = TypeVar("ResultT")


class HeldError(ExpectedError, RuntimeError):
    """Another run is making the file."""

    def __init__(self, held: "Held") -> None:
        super().__init__(
            f"{held.url}: is being made by {held.owner}; wait for it, or stop it and run again"
        )
        self.held = held


class Held:
    """A claim of another run on the file `url`, as it was seen last."""

    def __init__(self, url: str, content: bytes) -> None:
        self.url = url
        self._see(content)

    @property
    def owner(self) -> str:
        """A few words for people."""
        if self._claim is None:
            return "another run"
        process = self._claim.writer.rpartition("-")[2]
        return f"another run on {self._claim.host} (process {process})"

    def wait(self) -> None:
        """Return when the file is made, or when nobody claims it any more.

        A claim whose owner is dead, or which is not needed any more, is removed.
        """
        while (content := _read(claim_url(self.url))) is not None:
            if content != self._content:
                self._see(content)
            if self.is_over():
                _remove_unchanged(claim_url(self.url), content)
                return
            time.sleep(_LOOK)

    def is_over(self) -> bool:
        """Whether the owner is dead, has not renewed its claim, or has made the file."""
        dead = self._claim is not None and is_gone(self._claim.writer)
        return dead or time.monotonic() - self._since > LEASE or exists(self.url)

    def _see(self, content: bytes) -> None:
        self._content, self._since = content, time.monotonic()
        try:
            self._claim: Claim | None = Claim.model_validate_json(content)
        except ValidationError:  # of another release, or cut off: it ends with the lease
            self._claim = None


@contextmanager
def claim(url: str) -> Iterator[None]:
    """Hold a claim on the file `url`, which is about to be made; let go of it in any case.

    Raises:
        HeldError: another run holds one, and is not known to be dead.
        StorageError: storage refuses.
    """
    claim = Claim(host=platform.node(), writer=sign(), token=secrets.token_hex(8))
    _take(url, claim)
    ended = Event()
    renewer = Thread(target=_renew, args=(claim_url(url), claim, ended), daemon=True)
    renewer.start()
    try:
        yield
    finally:
        ended.set()
        renewer.join()
        with suppress(StorageError):  # the file is there or not; a later run clears this away
            if _is_ours(claim_url(url), claim):
                remove(claim_url(url))


def make_unless_held(make: Callable[[], ResultT]) -> ResultT | Held:
    """What `make` returns, or the claim that another run holds on it."""
    try:
        return make()
    except HeldError as error:
        return error.held


def claim_url(url: str) -> str:
    """Where the claim on a file lies: under a hidden name, which no listing shows."""
    folder, _, name = url.rpartition("/")
    return f"{folder}/.{name}.claim"


def _take(url: str, claim: Claim) -> None:
    while not publish_if_absent(_packed(claim), claim_url(url)):
        content = _read(claim_url(url))
        if content is None:
            continue
        held = Held(url, content)
        if not held.is_over():
            raise HeldError(held)
        _remove_unchanged(claim_url(url), content)


def _renew(url: str, claim: Claim, ended: Event) -> None:
    renewals = 0
    while not ended.wait(RENEWAL):
        with suppress(StorageError):  # the next renewal may go through
            if not _is_ours(url, claim):
                return
            renewals += 1
            publish_bytes(_packed(claim.model_copy(update={"renewals": renewals})), url)


def _is_ours(url: str, claim: Claim) -> bool:
    return claim.token.encode() in (_read(url) or b"")


def _remove_unchanged(url: str, content: bytes) -> None:
    if _read(url) == content:  # else somebody else was here first
        remove(url)


def _read(url: str) -> bytes | None:
    try:
        return read_bytes(url)
    except MissingFileError:
        return None


def _packed(claim: Claim) -> bytes:
    return claim.model_dump_json(indent=2).encode()
