"""Ends a flow run that is cancelled, or whose worker is, at the next photograph and within seconds.

Prefect waits for all tasks, half a minute at most, and then kills the process without a word. So
tasks are asked to end; and if one is in the middle of a large photograph, it is not waited for.
Prefect's worker would say that the run is cancelled only after it has imported the flow once more,
to look for hooks; so the run says so itself.
"""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import copy_context
from threading import Thread, main_thread
from typing import Any
from uuid import UUID

from prefect import State, get_run_logger
from prefect.client.orchestration import get_client
from prefect.exceptions import TerminationSignal
from prefect.logging.handlers import APILogHandler
from prefect.runtime import flow_run
from prefect.states import Cancelled

from rr_tasks.stopping import Stopped, stoppable

PATIENCE = 2.0
"""Seconds until the process ends anyway; Prefect's worker looks after three whether it has."""

MESSAGE = "Stopped. What is finished stays; run it again to resume."


@contextmanager
def ending_early() -> Iterator[None]:
    """Ask the tasks of this flow run to end if it is stopped during the block, and say so once."""
    with stoppable() as asked:
        try:
            yield
        except (TerminationSignal, KeyboardInterrupt) as stop:
            asked.set()
            get_run_logger().info(MESSAGE)
            if isinstance(stop, TerminationSignal):
                Thread(target=copy_context().run, args=(_end_process,)).start()
            raise


def end_task(task: Callable[..., Any], *arguments: Any) -> State[Any] | Any:
    """Call a task, and return its result, or the state of one that was asked to end."""
    try:
        return task(*arguments)
    except Stopped:
        return Cancelled(message=MESSAGE)


def _end_process() -> None:
    """End the process once its tasks have ended, or after a while.

    If it has to be ended, then with the status by which Prefect knows who did it.
    """
    ends = time.monotonic() + PATIENCE
    status = 128 + signal.SIGTERM
    with suppress(Exception), get_client(sync_client=True) as client:  # a server may be gone
        APILogHandler().flush()
        run = client.read_flow_run(UUID(flow_run.get_root_flow_run_id()))
        if run.state and (run.state.is_cancelling() or run.state.is_cancelled()):
            status = 0
        main_thread().join(max(0.0, ends - time.monotonic()))
        if run.state and run.state.is_cancelling():
            client.set_flow_run_state(run.id, Cancelled(message=MESSAGE))
    main_thread().join(max(0.0, ends - time.monotonic()))
    if main_thread().is_alive():
        os._exit(status)
