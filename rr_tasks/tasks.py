"""What every Prefect task on a shard has in common."""

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from prefect import Task, task
from prefect.cache_policies import NO_CACHE
from prefect.tasks import exponential_backoff

from rr_tasks.retries import TRANSIENT

ArgumentsT = ParamSpec("ArgumentsT")
ResultT = TypeVar("ResultT")


def shard_task(
    name: str, run_name: str
) -> Callable[[Callable[ArgumentsT, ResultT]], Task[ArgumentsT, ResultT]]:
    """Make a function a task: three more tries after what the network did, and no cache.

    Done markers are the only truth about what is finished, so Prefect keeps none of its own.

    Args:
        name: of the task.
        run_name: template of a run's name, with the function's arguments in braces.
    """
    return task(
        name=name,
        task_run_name=run_name,
        retries=3,
        retry_delay_seconds=exponential_backoff(2),
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
