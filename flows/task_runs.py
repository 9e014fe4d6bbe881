"""Runs the tasks of stages as task runs of a Prefect server, here or on a Dask cluster."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar, cast

from prefect import Task
from prefect.cache_policies import NO_CACHE
from prefect.tasks import exponential_backoff

from flows.cancellation import end_task
from flows.naming import name_task, name_task_run
from flows.runner import as_completed
from rr_tasks.retries import TRANSIENT
from rr_tasks.threads import compute_in_threads

if TYPE_CHECKING:
    from flows.dask import Cluster, DaskWorkers

KeyT = TypeVar("KeyT")
ResultT = TypeVar("ResultT")

RETRY_DELAYS = exponential_backoff(2)


class TaskRuns:
    """Runs tasks as Prefect tasks, with three retries after network errors and without a cache.

    Done markers are the only record of what is finished, so Prefect keeps none. Where tasks run on
    a Dask cluster, a thread of this process waits for each and tells the server how it ended:
    neither the cluster nor its workers need to know the server.
    """

    def __init__(
        self, workers: int, tags: Iterable[str] = (), cluster: "DaskWorkers | None" = None
    ) -> None:
        self._workers, self._tags, self._cluster = workers, set(tags), cluster

    def run(
        self, task: Callable[..., ResultT], keys: Iterable[KeyT], *arguments: Any
    ) -> Iterator[tuple[KeyT, ResultT]]:
        """See `flows.runner.Runner.run`; Prefect starts everything that is submitted at once."""

        def submit(key: KeyT) -> Any:
            name = name_task_run(task, key)
            named = prefect_task.with_options(task_run_name=name, tags=self._tags)
            return named.submit(key, *arguments)

        with self._connect() as cluster:
            prefect_task = _as_task(task, cluster)
            window = min(self._workers, cluster.window()) if cluster else self._workers
            yield from as_completed(submit, keys, window)

    def _connect(self) -> "AbstractContextManager[Cluster | None]":
        return self._cluster.connect() if self._cluster else nullcontext()


def _as_task(task: Callable[..., ResultT], cluster: "Cluster | None") -> Task[..., ResultT]:
    @wraps(task)
    def run(*arguments: Any) -> ResultT:
        if cluster:
            return cluster.call(task, *arguments)
        compute_in_threads(1)
        return cast(ResultT, end_task(task, *arguments))

    return Task(
        run,
        name=name_task(task),
        retries=3,
        retry_delay_seconds=RETRY_DELAYS,
        retry_condition_fn=_is_transient,
        cache_policy=NO_CACHE,
    )


def _is_transient(_task: Any, _run: Any, state: Any) -> bool:
    """Whether the network failed rather than the input."""
    try:
        state.result()
    except TRANSIENT:
        return True
    except Exception:  # noqa: BLE001 - whatever else went wrong would go wrong again
        return False
    return False
