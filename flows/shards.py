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
    destabilise a Prefect server.

    Args:
        task: the work on one shard.
        shards: numbers or names of the shards.
        arguments: the same for all.
        label: shown beside the progress; None where the tasks report it themselves.
        workers: how many run at the same time outside Prefect; inside, the task runner says.
    """
    waiting: deque[Any] = deque()
    results: list[ResultT] = []
    shown = progress(label, len(shards)) if label else nullcontext(_silent)
    with _submitter(task, workers) as submit, shown as advance:
        for shard in shards:
            waiting.append(submit(shard, *arguments))
            if len(waiting) == 2 * workers:
                results.append(waiting.popleft().result())
                advance(len(results))
        while waiting:
            results.append(waiting.popleft().result())
            advance(len(results))
    return results


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
