"""Runs a flow with Prefect where a server is configured, and as a plain function where none is.

The body is the same either way. Without a server nothing has to be started, so a single
photograph or a small folder is done at once; with `PREFECT_API_URL` set (or a Prefect profile
that sets it) every stage and shard is a run to be watched in the UI.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from prefect import Flow
from prefect.context import FlowRunContext
from prefect.settings import PREFECT_API_URL
from prefect.task_runners import ThreadPoolTaskRunner

ResultT = TypeVar("ResultT")


def in_flow_run() -> bool:
    """Whether the caller runs inside a Prefect flow run."""
    return FlowRunContext.get() is not None


def launch(flow: Flow[Any, ResultT], parameters: Any, workers: int = 1) -> ResultT:
    """Run a stage.

    Args:
        flow: a flow with a single argument, `parameters`.
        parameters: its model.
        workers: shards that may be worked on at the same time.
    """
    if in_flow_run() or PREFECT_API_URL.value():
        runner: Any = ThreadPoolTaskRunner(max_workers=workers)
        return flow.with_options(task_runner=runner)(parameters)
    body: Callable[[Any], ResultT] = flow.fn
    return body(parameters)
