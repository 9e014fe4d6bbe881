"""Does a task in a worker of a Dask cluster.

The scheduler imports this too, and so that it stays small, nothing here imports what tasks need
before a task comes, which the scheduler sees only as bytes.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from importlib.metadata import version
from threading import Event, Lock, Thread
from typing import Any

import cloudpickle
from distributed import Worker, get_worker

from rr_tasks.cpu import doing_at_most
from rr_tasks.progress import Progress, listening
from rr_tasks.stopping import stoppable
from schemas.errors import ExpectedError

PACKAGE = "reason-and-restore"
REPORT = "rr-progress"
FORGOTTEN_SECONDS = 1.0
"""Between two looks at whether anybody waits for a task."""


class ClusterError(ExpectedError, RuntimeError):
    """A Dask cluster cannot be used."""


def perform(release: str, topic: str, pause: float, pickled: bytes) -> Any:
    """Call a task in this thread of a worker.

    It computes alone, and ends at the next photograph or sample if nobody waits for it any more.
    What it reports is logged under a topic of the scheduler.

    Args:
        release: the version of the package where the task comes from.
        topic: where to report.
        pause: seconds between two reports, however often the task makes progress.
        pickled: the task, its key and its arguments.

    Raises:
        ClusterError: the worker has another version.
    """
    worker = get_worker()
    check_release(worker.address, release, version(PACKAGE))
    from rr_tasks.threads import compute_in_threads  # noqa: PLC0415 - it imports torch

    task, *arguments = cloudpickle.loads(pickled)
    compute_in_threads(1)
    reports = _Reports(partial(worker.log_event, topic), pause)
    with doing_at_most(1), listening(reports), _ending_if_forgotten(worker):
        try:
            return task(*arguments)
        finally:
            reports.flush()


def check_release(worker: str, ours: str, theirs: str | None) -> None:
    """Compare the version of the package here with that of a worker, None if it lacks it.

    Raises:
        ClusterError: they differ.
    """
    if theirs != ours:
        found = f"has {PACKAGE} {theirs}" if theirs else f"lacks {PACKAGE}"
        raise ClusterError(f"the worker at {worker} {found}; install {ours} there, as it is here")


@contextmanager
def _ending_if_forgotten(worker: Worker) -> Iterator[None]:
    """Ask the task of this thread to end when the scheduler forgets it, as its client is gone."""
    key, over = worker.get_current_task(), Event()

    def watch(asked: Event) -> None:
        while not over.wait(FORGOTTEN_SECONDS):
            task = worker.state.tasks.get(key)
            if task is None or task.state == "cancelled":
                asked.set()

    with stoppable() as asked:
        Thread(target=watch, args=(asked,), daemon=True).start()
        try:
            yield
        finally:
            over.set()


class _Reports:
    """Sends what a task reports, now and then and at its end."""

    def __init__(self, send: Callable[[dict[str, Any]], None], pause: float) -> None:
        self._send, self._pause = send, pause
        self._latest: dict[str, Progress] = {}
        self._sent, self._lock = -pause, Lock()

    def __call__(self, report: Progress) -> None:
        """Keep a report, and send it if the last one is some time ago."""
        with self._lock:
            self._latest[report.task] = report
        if time.monotonic() - self._sent > self._pause:
            self.flush()

    def flush(self) -> None:
        """Send what has not been sent."""
        with self._lock:
            self._sent = time.monotonic()
            for report in self._latest.values():
                self._send({"action": REPORT, "progress": asdict(report)})
            self._latest.clear()
