"""Runs one task for each shard, a bounded number of them at a time."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from typing import Any, TypeVar

from prefect import Task

from flows.launch import in_flow_run
from flows.progress import progress

KeyT = TypeVar("KeyT")
ResultT = TypeVar("ResultT")


def run_shards(
    task: "Task[Any, ResultT]",
    shards: Sequence[KeyT],
    *arguments: Any,
    label: str | None,
    workers: int = 1,
) -> list[ResultT]:
    """Call `task(shard, *arguments)` for each shard and return the results in order.

    At most `2 * workers` are submitted and unfinished at a time: thousands of waiting task runs
    destabilise a Prefect server. When one fails, those that have not started never will.

    Args:
        task: the work on one shard.
        shards: numbers or names of the shards.
        arguments: the same for all.
        label: shown beside the progress; None where the tasks report it themselves.
        workers: how many run at the same time.
    """
    results: list[ResultT] = []
    shown = progress(label, len(shards)) if label else nullcontext(_silent)
    with shown as advance:
        for result in _results(task, shards, arguments, workers):
            results.append(result)
            advance(len(results))
    return results


def _results(
    task: "Task[Any, ResultT]", shards: Sequence[KeyT], arguments: tuple[Any, ...], workers: int
) -> Iterator[ResultT]:
    if workers == 1 and not in_flow_run():  # in this thread, where Ctrl-C ends a long shard at once
        yield from (task.fn(shard, *arguments) for shard in shards)
        return
    # Prefect's threads start whatever is submitted, our own wait for a free worker.
    window = workers if in_flow_run() else 2 * workers
    waiting: deque[Any] = deque()
    with _submitter(task, workers) as submit:
        for shard in shards:
            waiting.append(submit(shard, *arguments))
            if len(waiting) == window:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _silent(_done: int, _note: str = "") -> None:
    """Show nothing."""


@contextmanager
def _submitter(task: "Task[Any, Any]", workers: int) -> Iterator[Callable[..., Any]]:
    if in_flow_run():
        yield task.submit
        return
    with ThreadPoolExecutor(workers) as pool:
        try:
            yield lambda *arguments: pool.submit(task.fn, *arguments)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
