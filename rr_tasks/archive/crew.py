"""A few threads that work in the background."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from threading import Lock
from types import TracebackType
from typing import Self

from rr_tasks.threads import compute_in_threads


class Crew:
    """Does work in several threads, each of which computes alone.

    An error that stops a piece of work is raised by `check`, or at the end of the context. The end
    of the context waits for work that has begun, unless it is an interrupt.
    """

    def __init__(self, workers: int, name: str) -> None:
        self._pool = ThreadPoolExecutor(workers, f"rr-archive-{name}", compute_in_threads, (1,))
        self._unfinished: list[Future[None]] = []
        self._lock = Lock()

    def submit(self, work: Callable[..., None], *arguments: object) -> None:
        """Let the next free thread call `work`; any thread may submit."""
        future = self._pool.submit(copy_context().run, work, *arguments)
        with self._lock:
            self._unfinished.append(future)

    def check(self) -> None:
        """Raise the error that stopped a piece of work, if there was one."""
        with self._lock:
            done = [future for future in self._unfinished if future.done()]
            self._unfinished = [future for future in self._unfinished if not future.done()]
        for future in done:
            future.result()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        interrupted = isinstance(error, KeyboardInterrupt)
        self._pool.shutdown(wait=not interrupted, cancel_futures=kind is not None)
        if kind is None:
            self.check()
