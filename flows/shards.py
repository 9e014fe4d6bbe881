"""Runs one task for each shard, several at a time, and shares shards with other runs."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from flows.host import host
from flows.progress import progress
from rr_tasks.cpu import default_workers
from rr_tasks.storage.held import Held

KeyT = TypeVar("KeyT")
ResultT = TypeVar("ResultT")
ParametersT = TypeVar("ParametersT")


def share_shards(
    task: Callable[..., ResultT | Held],
    shards: Sequence[KeyT],
    *arguments: Any,
    label: str | None,
    workers: int | None = None,
    finished: Mapping[KeyT, ResultT],
    gpu: bool = False,
) -> list[ResultT]:
    """Like `run_shards`, for tasks that leave alone any shard that another run is making.

    Such shards come last: when everything else is done, wait until the other run has made them, or
    make them here if the other run has stopped.

    Args:
        task: the work on one shard.
        shards: numbers of the shards, or chunks of an archive.
        arguments: the same for all.
        label: shown beside the progress; None if the tasks report progress themselves.
        workers: how many tasks run at a time, by default `default_workers()`.
        finished: results of earlier runs; no task is run for these shards.
        gpu: whether each task needs a GPU for itself.
    """
    results = {shard: finished[shard] for shard in shards if shard in finished}
    runner = host().runner(workers or default_workers(), gpu=gpu)
    held: dict[KeyT, Held] = {}
    with progress(label, len(shards)) as advance:
        advance(len(results))
        while missing := [shard for shard in shards if shard not in results]:
            for shard, other in held.items():
                host().say(f"{_describe_work(shard)} by {other.owner}; {other.wait_in_words}")
                other.wait()
            held = {}
            for shard, outcome in runner.run(task, missing, *arguments):
                if isinstance(outcome, Held):
                    held[shard] = outcome
                else:
                    results[shard] = outcome
                    advance(len(results))
    return [results[shard] for shard in shards]


def _describe_work(key: object) -> str:
    is_shard = isinstance(key, int)
    return f"Shard {key:05d} is being made" if is_shard else f"Chunk {key} is being restored"


def run_shards(
    task: Callable[..., ResultT],
    shards: Sequence[KeyT],
    *arguments: Any,
    label: str | None,
    workers: int | None = None,
) -> list[ResultT]:
    """Call `task(shard, *arguments)` for each shard and return the results in order.

    Args:
        task: the work on one shard; see `flows.runner`.
        shards: numbers or names of the shards.
        arguments: the same for all.
        label: shown beside the progress; None if the tasks report progress themselves.
        workers: how many tasks run at a time, by default `default_workers()`.
    """
    runner = host().runner(workers or default_workers())
    results: dict[KeyT, ResultT] = {}
    with progress(label, len(shards)) as advance:
        for shard, result in runner.run(task, shards, *arguments):
            results[shard] = result
            advance(len(results))
    return [results[shard] for shard in shards]


def run_alone(
    task: Callable[[ParametersT], ResultT], parameters: ParametersT, *, gpu: bool = False
) -> ResultT:
    """Call the only task of a stage, which reports its progress itself.

    Args:
        task: the work.
        parameters: its only argument.
        gpu: whether it needs a GPU for itself.
    """
    ((_, result),) = host().runner(1, gpu=gpu).run(task, [parameters])
    return result
