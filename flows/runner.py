"""Runs one task for many keys, several at a time: in threads or in processes; see also `dask`.

A task is a module-level function, `task(key, *arguments)`. Its arguments are small and can be
pickled: a folder and a spec, never a list of photographs. It computes in one thread, so that as
many tasks as there are cores can run at the same time, and its results do not depend on their
number.
"""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from contextvars import copy_context
from functools import partial
from itertools import islice
from queue import SimpleQueue
from threading import Thread
from typing import Any, Protocol, TypeVar

from rr_tasks import progress
from rr_tasks.threads import compute_in_threads
from schemas.errors import ExpectedError

KeyT = TypeVar("KeyT")
ResultT = TypeVar("ResultT")


class WorkerDiedError(ExpectedError, RuntimeError):
    """A worker process ended in the middle of a task."""


class Runner(Protocol):
    """Runs tasks."""

    def run(
        self, task: Callable[..., ResultT], keys: Iterable[KeyT], *arguments: Any
    ) -> Iterator[tuple[KeyT, ResultT]]:
        """Call `task(key, *arguments)` for each key, and yield keys and results as they complete.

        If a task fails, no more are started, and the error is raised once those that have started
        are done.
        """


class Threads:
    """Runs tasks in threads of this process, which share loaded weights.

    With a single worker, tasks run in the caller's thread, where Ctrl-C ends them at once.
    """

    def __init__(self, workers: int) -> None:
        self._workers = workers

    def run(
        self, task: Callable[..., ResultT], keys: Iterable[KeyT], *arguments: Any
    ) -> Iterator[tuple[KeyT, ResultT]]:
        """See `Runner.run`."""
        if self._workers == 1:
            compute_in_threads(1)
            yield from ((key, task(key, *arguments)) for key in keys)
            return
        pool = ThreadPoolExecutor(self._workers, initializer=compute_in_threads, initargs=(1,))
        with _closing(pool):
            yield from as_completed(
                lambda key: pool.submit(copy_context().run, task, key, *arguments),
                keys,
                window=2 * self._workers,
            )


class Processes:
    """Runs tasks in processes, each with its own Python interpreter and loaded weights."""

    def __init__(self, workers: int) -> None:
        self._workers = workers

    def run(
        self, task: Callable[..., ResultT], keys: Iterable[KeyT], *arguments: Any
    ) -> Iterator[tuple[KeyT, ResultT]]:
        """See `Runner.run`.

        Raises:
            WorkerDiedError: the operating system ended a process.
        """
        context = multiprocessing.get_context("spawn")  # a fork would copy locks that are held
        reports: Any = context.SimpleQueue()
        pool = ProcessPoolExecutor(self._workers, context, _begin, (reports,))
        try:
            with forwarding(reports), _closing(pool), _ending_workers():
                yield from as_completed(
                    lambda key: _submit(pool, task, key, *arguments),
                    keys,
                    window=2 * self._workers,
                )
        except BrokenProcessPool as error:
            raise WorkerDiedError(
                "a worker process was ended by the system, which may be out of memory; "
                "run again, with fewer workers"
            ) from error


def as_completed(
    submit: Callable[[KeyT], Any], keys: Iterable[KeyT], window: int | Callable[[], int]
) -> Iterator[tuple[KeyT, Any]]:
    """Submit keys, at most `window` at a time, and yield results as they complete.

    Args:
        submit: returns a future for a key.
        keys: what to submit, in this order.
        window: the number of unfinished keys, or a function that tells it anew, as workers come and
            go; thousands would take memory and destabilize a Prefect server.
    """
    waiting = iter(keys)
    finished: SimpleQueue[tuple[KeyT, Any]] = SimpleQueue()
    unfinished = 0
    while True:
        most = window() if callable(window) else window
        for key in islice(waiting, max(0, most - unfinished)):
            submit(key).add_done_callback(partial(_put, finished, key))
            unfinished += 1
        if not unfinished:
            return
        key, future = finished.get()
        unfinished -= 1
        yield key, future.result()


def _put(finished: "SimpleQueue[tuple[KeyT, Any]]", key: KeyT, future: "Future[Any]") -> None:
    finished.put((key, future))


@contextmanager
def _closing(pool: ThreadPoolExecutor | ProcessPoolExecutor) -> Iterator[None]:
    """Wait for what has started, unless the user wants to stop at once."""
    try:
        yield
    except KeyboardInterrupt:
        pool.shutdown(wait=isinstance(pool, ProcessPoolExecutor), cancel_futures=True)
        raise
    except BaseException:
        pool.shutdown(cancel_futures=True)
        raise
    pool.shutdown()


@contextmanager
def _ending_workers() -> Iterator[None]:
    """End worker processes at Ctrl-C, which they do not hear; a kill at any moment does no harm."""
    try:
        yield
    except KeyboardInterrupt:
        for worker in multiprocessing.active_children():
            worker.terminate()
        raise


@contextmanager
def forwarding(reports: Any) -> Iterator[None]:
    """Pass reports from a queue to the listener of this context, until the end of the block."""

    def forward() -> None:
        while (reported := reports.get()) is not None:
            progress.report(reported)

    forwarder = Thread(target=copy_context().run, args=(forward,), daemon=True)
    forwarder.start()
    try:
        yield
    finally:
        reports.put(None)
        forwarder.join()


def _submit(pool: ProcessPoolExecutor, task: Callable[..., Any], *arguments: Any) -> "Future[Any]":
    """Submit a task; a process that this starts never hears Ctrl-C, not even while it imports."""
    heard = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        return pool.submit(task, *arguments)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, heard)


def _begin(reports: Any) -> None:
    """Prepare a worker process: it ends with its parent, however that one ends."""
    Thread(target=_end_with_parent, daemon=True).start()
    progress.listen(reports.put)
    compute_in_threads(1)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
