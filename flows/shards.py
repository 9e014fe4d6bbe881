"""Runs one task for each shard, a bounded number at a time, beside other runs of the same job."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

from prefect import Task

from flows.launch import in_flow_run
from flows.progress import progress, say
from rr_tasks.storage.claim import Held

KeyT = TypeVar("KeyT")
ResultT = TypeVar("ResultT")


def share_shards(
    task: "Task[Any, ResultT | Held]",
    shards: Sequence[int],
    *arguments: Any,
    label: str,
    workers: int = 1,
    finished: Mapping[int, ResultT],
) -> list[ResultT]:
    """Like `run_shards`, for tasks that leave a shard alone which another run is making.

    Those shards come last: when everything else is done, this waits until the other run has made
    them, or makes them itself if the other run has stopped.

    Args:
        task: the work on one shard.
        shards: numbers of the shards.
        arguments: the same for all.
        label: shown beside the progress.
        workers: how many run at the same time.
        finished: results of earlier runs; there is no task for those shards.
    """
    results = {shard: finished[shard] for shard in shards if shard in finished}
    held: dict[int, Held] = {}
    with progress(label, len(shards)) as advance:
        advance(len(results))
        while missing := [shard for shard in shards if shard not in results]:
            for shard, other in held.items():
                say(f"Shard {shard:05d} is being made by {other.owner}; waiting.")
                other.wait()
            held = {}
            outcomes = _results(task, missing, arguments, workers)
            for shard, outcome in zip(missing, outcomes, strict=True):
                if isinstance(outcome, Held):
                    held[shard] = outcome
                else:
                    results[shard] = outcome
                    advance(len(results))
    return [results[shard] for shard in shards]


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
    with progress(label, len(shards)) as advance:
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
