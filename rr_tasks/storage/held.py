"""Claims of other runs: who holds one, whether its owner is dead, and waiting for its end.

On this machine the dead are known at once: by their number and start, or, as numbers mean nothing
in another container, by a lock that an owner holds on a file beside a claim on a disk. A claim that
nobody has renewed for its lease no longer belongs to anyone. Clocks are never compared: S3 tells by
its own how old a claim is, and elsewhere each process measures how long it has seen the same one.
"""

import time
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from rr_tasks.storage.explanation import explain_errors
from rr_tasks.storage.failure import MissingFileError
from rr_tasks.storage.files import exists, read_bytes, remove
from rr_tasks.storage.filesystem import filesystem_of, is_s3
from rr_tasks.storage.lock import is_released, lock_of
from rr_tasks.storage.process import SIGN, is_gone, is_here, sign
from schemas.claim import Claim
from schemas.errors import ExpectedError

LEASE = 30.0
"""Seconds after which a claim is over that nobody has renewed."""

HELD_HERE: set[str] = set()
"""Tokens of the claims that this process holds."""

_LOOK = 1.0


class HeldError(ExpectedError, RuntimeError):
    """Another run is making the file."""

    def __init__(self, held: "Held") -> None:
        super().__init__(
            f"{held.url}: is being made by {held.owner}; wait for it, or stop it and run again "
            f"(if it has died, from {held.until} on)"
        )
        self.held = held


class Held:
    """Another run's claim on the file `url`, as it was last seen.

    Args:
        url: the file.
        content: of the claim.
        unchanged: for how many seconds nobody has renewed it.
    """

    def __init__(self, url: str, content: bytes, unchanged: float = 0.0) -> None:
        self.url = url
        self._see(content, unchanged)

    def __getstate__(self) -> dict[str, Any]:
        """Say for how long, as a clock of this process, or machine, says nothing in another."""
        return {"url": self.url, "content": self._content, "unchanged": self._unchanged}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Go on counting."""
        self.url = state["url"]
        self._see(state["content"], state["unchanged"])

    @property
    def owner(self) -> str:
        """The owner in a few words, to show to people."""
        if self._claim is None:
            return "another run"
        found = SIGN.fullmatch(self._claim.writer)
        process = f" (process {found['process']})" if found else ""
        return f"another run on {self._claim.host}{process}"

    @property
    def until(self) -> str:
        """The time of day at which the claim ends unless its owner renews it."""
        ends = datetime.now() + timedelta(seconds=self._lease - self._unchanged)
        return f"{ends:%H:%M:%S}"

    @property
    def wait_in_words(self) -> str:
        """What others do about it, to show to people."""
        return f"waiting, but only until {self.until} if that run has died."

    def wait(self) -> None:
        """Wait until the file is made, or until nobody claims it any more.

        A claim is removed if its owner is dead or its file exists.
        """
        while (content := _read(claim_url(self.url))) is not None:
            if content != self._content:
                self._see(content)
            if self.is_over():
                self.remove()
                return
            time.sleep(_LOOK)

    def remove(self) -> None:
        """Remove the claim, unless another run has just taken it."""
        if _read(claim_url(self.url)) == self._content:
            remove(claim_url(self.url))

    def is_over(self) -> bool:
        """Whether the owner is dead, has stopped renewing its claim, or has made the file."""
        dead = self._claim is not None and _is_dead(self._claim, self.url)
        return dead or self._unchanged > self._lease or exists(self.url)

    def _see(self, content: bytes, unchanged: float = 0.0) -> None:
        self._content, self._since = content, time.monotonic() - unchanged
        self._claim = _parse(content)

    @property
    def _lease(self) -> float:
        return LEASE if self._claim is None else self._claim.lease

    @property
    def _unchanged(self) -> float:
        return time.monotonic() - self._since


def claim_url(url: str) -> str:
    """Return the URL of the claim on a file: a hidden name, which no listing shows."""
    folder, _, name = url.rpartition("/")
    return f"{folder}/.{name}.claim"


def see(claim: str) -> Held | None:
    """Look at the claim at a URL, if there is one."""
    content = _read(claim)
    if content is None:
        return None
    folder, _, name = claim.rpartition("/")
    url = f"{folder}/{name.removeprefix('.').removesuffix('.claim')}"
    return Held(url, content, _age(claim))


def folder_on_disk(url: str) -> Path:
    """Return the folder of a file on a disk."""
    return Path(filesystem_of(url)[1]).parent


def _is_dead(found: Claim, url: str) -> bool:
    """Whether the owner has ended, or belonged to this process and could not remove its claim."""
    left_behind = found.writer == sign() and found.token not in HELD_HERE
    return left_behind or is_gone(found.writer) or _has_let_go(found, url)


def _has_let_go(found: Claim, url: str) -> bool:
    """Whether the owner was on this machine and no longer holds the lock beside its claim."""
    if not found.locked or not is_here(found.writer):
        return False
    return is_released(lock_of(found.writer, found.token, folder_on_disk(url)))


def _age(url: str) -> float:
    """Return for how many seconds a claim has not changed, as far as its storage can tell."""
    filesystem, path = filesystem_of(url)
    if not is_s3(filesystem):
        return 0.0
    from rr_tasks.storage.s3 import seconds_unchanged  # slow to import, and a disk needs no S3

    with explain_errors(url), suppress(FileNotFoundError):
        return seconds_unchanged(filesystem, path)
    return 0.0


def _read(url: str) -> bytes | None:
    try:
        return read_bytes(url)
    except MissingFileError:
        return None


def _parse(content: bytes) -> Claim | None:
    """Parse a claim; None, to end with the lease, if it is cut off or from another release."""
    try:
        return Claim.model_validate_json(content)
    except ValidationError:
        return None
