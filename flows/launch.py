"""Runs a flow with Prefect where a server is configured, and as a plain function where none is.

The body is the same either way. Without a server nothing has to be started, so a single
photograph or a small folder is done at once; with `PREFECT_API_URL` set (or a Prefect profile
that sets it) every stage and shard is a run to be watched in the UI.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from prefect import Flow
from prefect.client.orchestration import get_client
from prefect.context import FlowRunContext
from prefect.settings import PREFECT_API_URL
from prefect.task_runners import ThreadPoolTaskRunner

from flows.logs import leave_out_expected_tracebacks
from schemas.errors import ExpectedError

MAX_WORKERS = 64

leave_out_expected_tracebacks()  # here, as workers import flows without any command

ResultT = TypeVar("ResultT")


class UnreachableServerError(ExpectedError, ConnectionError):
    """The Prefect server that is configured does not answer."""


def in_flow_run() -> bool:
    """Whether the caller runs inside a Prefect flow run."""
    return FlowRunContext.get() is not None


def task_runner() -> Any:
    """What runs the tasks of a flow: threads, as many as `run_shards` has tasks submitted.

    The limit is only there because Prefect has none of its own.
    """
    return ThreadPoolTaskRunner(max_workers=MAX_WORKERS)


def launch(flow: Flow[Any, ResultT], parameters: Any) -> ResultT:
    """Run a stage.

    Args:
        flow: a flow with a single argument, `parameters`.
        parameters: its model.

    Raises:
        UnreachableServerError: a server is configured, but does not answer.
    """
    server = None if in_flow_run() else PREFECT_API_URL.value()
    if server:
        _check_reachable(server)
    if server or in_flow_run():
        return flow(parameters)
    body: Callable[[Any], ResultT] = flow.fn
    return body(parameters)


def _check_reachable(server: str) -> None:
    with get_client(sync_client=True) as client:
        problem = client.api_healthcheck()
    if problem is not None:
        raise UnreachableServerError(
            f"the Prefect server at {server} does not answer ({problem}); start it, correct "
            "PREFECT_API_URL, or run without it: PREFECT_API_URL= rr ..."
        )
