"""The progress of a piece of work as an artifact of a Prefect server, and in the log of its run."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from threading import Event, Thread
from typing import Any, cast
from uuid import UUID

import httpx
from prefect import get_run_logger
from prefect.artifacts import create_progress_artifact, update_progress_artifact

from flows.pace import Pace

UPDATE_SECONDS = 5.0
"""Between two updates, however often progress is made; each is one request to the server."""
_PARTS = 10
"""How often progress is also written in the log, evenly over the work."""


@contextmanager
def gauge(key: str, label: str, total: int) -> Iterator[Callable[..., None]]:
    """Show the progress of `total` steps; it ends full unless the work fails.

    Whoever makes progress never waits for the server: a thread tells it the latest.
    """
    shown = _Gauge(key, label, total)
    ended = Event()

    def keep_updating() -> None:
        while not ended.wait(UPDATE_SECONDS):
            shown.update()

    thread = Thread(target=copy_context().run, args=(keep_updating,), daemon=True)
    thread.start()
    try:
        yield shown.advance
    finally:
        ended.set()
        thread.join()
        shown.update()
    shown.fill()


class _Gauge:
    """An artifact, and the latest that it should show."""

    def __init__(self, key: str, label: str, total: int) -> None:
        self._label, self._total = label, total
        self._pace, self._log = Pace(total), get_run_logger()
        self._latest: tuple[int, str] = 0, ""
        self._sent: tuple[int, str] | None = None
        self._part = 0
        created: Any = create_progress_artifact(progress=0.0, key=key, description=label)
        self._artifact = cast(UUID, created)

    def advance(self, done: int, note: str = "") -> None:
        """Note how much is done."""
        self._latest = done, note

    def update(self) -> None:
        """Show the latest, if it is not shown."""
        done, note = latest = self._latest
        if latest == self._sent:
            return
        self._sent = latest
        going = "  ".join(filter(None, (self._pace.describe(done), note)))
        self._send(done, going)
        if done < self._total and done * _PARTS // self._total > self._part:
            self._part = done * _PARTS // self._total
            self._log.info("%s: %s", self._label, going)

    def fill(self) -> None:
        """Show that all is done."""
        done = "  ".join(filter(None, (self._pace.conclude(), self._latest[1])))
        self._send(self._total, done)
        self._log.info("%s: %s", self._label, done)

    def _send(self, done: int, going: str) -> None:
        """Tell the server; the work goes on where that fails, and the next update says more."""
        percent = min(100.0, 100 * done / self._total)
        try:
            update_progress_artifact(
                self._artifact, progress=percent, description=f"**{self._label}** {going}"
            )
        except httpx.HTTPError as error:
            self._log.debug("The progress could not be shown: %s", error)
