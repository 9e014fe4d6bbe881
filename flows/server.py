"""Runs stages on a Prefect server: each stage is a flow run, and each shard a task run."""

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import cache, wraps
from typing import Any, Literal, TypeVar, cast
from uuid import UUID

from prefect import Flow, get_run_logger
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.client.orchestration import get_client
from prefect.exceptions import FlowPauseTimeout
from prefect.flow_runs import pause_flow_run
from prefect.input import RunInput
from prefect.runtime import flow_run
from prefect.settings import PREFECT_API_URL
from prefect.states import Completed, State
from prefect.task_runners import ThreadPoolTaskRunner
from prefect.utilities.engine import link_state_to_flow_run_result
from pydantic import Field

from flows.answer import Answer, NobodyAnsweredError
from flows.appearance import show_as_text
from flows.cancellation import ending_early
from flows.events import report_result, reporting_errors
from flows.gauge import gauge
from flows.host import Advance, use_host
from flows.markdown import write_table
from flows.naming import name_run, tag_run
from flows.runner import Runner
from flows.task_runs import TaskRuns
from flows.tries import check_tries
from schemas.errors import ExpectedError
from schemas.settings import runner_settings
from schemas.workers import MAX_WORKERS

ParametersT = TypeVar("ParametersT")
ResultT = TypeVar("ResultT")

ASK_SECONDS = 5
"""Between two looks for an answer."""
PATIENCE_SECONDS = 7 * 24 * 3600
"""How long a person may take to answer."""
GPU_TAG = "gpu"
WITH_FAILURES = "Completed with failures"
"""The state in which a run ends that could not use some photographs."""
MOST_ROWS = 200
"""Of a table that is shown; all of it is in files."""
MOST_COLUMNS = 6
"""Of a table that the UI shows whole in a window of 1280 pixels."""


class UnreachableServerError(ExpectedError, ConnectionError):
    """The Prefect server that is configured does not answer."""


def run_on_server(stage: Callable[[ParametersT], ResultT], parameters: ParametersT) -> ResultT:
    """Run a stage as a flow run, or as a plain function if no server turns out to be configured.

    Raises:
        UnreachableServerError: the server does not answer.
    """
    if not PREFECT_API_URL.value():
        return stage(parameters)
    check_server()
    return cast(ResultT, as_flow(stage)(parameters))


def check_server() -> None:
    """Make sure that the configured server answers.

    Raises:
        UnreachableServerError: it does not.
    """
    with get_client(sync_client=True) as client:
        problem = client.api_healthcheck()
    if problem is not None:
        raise UnreachableServerError(
            f"the Prefect server at {PREFECT_API_URL.value()} does not answer ({problem}); start "
            "it, correct PREFECT_API_URL, or run without it: PREFECT_API_URL= rr ..."
        )


class Decision(RunInput):
    """The form that a person fills in to resume a run which waits for an answer."""

    decision: Literal["yes", "no"] = Field(description="The answer to the question above")
    note: str = Field("", description="Who decided, and why; it is kept")


@cache
def as_flow(stage: Callable[[Any], Any], role: str = "") -> Flow[[Any], Any]:
    """Make a flow from a stage, which has one argument: `parameters`, a model.

    Its runs are named for what they do, with their `role` if they have one, and end in a state
    that says what came of them. The limit on concurrent tasks is set only because Prefect has none
    by default; the stage's runner never submits more tasks than it has workers.
    """
    name = stage.__name__.replace("_", "-")

    @wraps(stage)
    def run(parameters: Any) -> Any:
        server = Server(role, tag_run(name, parameters))
        server.tag()
        with use_host(server), reporting_errors(), ending_early():
            check_tries()
            result = stage(parameters)
        report_result(result)
        return server.end(result)

    def name_this_run() -> str:
        return name_run(name, flow_run.get_parameters()["parameters"], role)

    runner: Any = ThreadPoolTaskRunner(max_workers=MAX_WORKERS)
    return Flow(run, name=name, flow_run_name=name_this_run, task_runner=runner)


class Server:
    """Runs stages as flow runs and shows what comes of them as artifacts.

    Args:
        role: of this flow run, if there are several of its stage; it is part of artifacts' names.
        tags: of this flow run and its task runs.
    """

    def __init__(self, role: str = "", tags: Sequence[str] = ()) -> None:
        self._role, self._tags = role, tags
        self._conclusion = ""
        self._failed = 0
        self._results: list[object] = []  # Prefect knows the run of a result only while it is there

    def tag(self) -> None:
        """Add its tags to those that this flow run has."""
        with get_client(sync_client=True) as client:
            tags = {*flow_run.get_tags(), *self._tags}
            client.update_flow_run(UUID(flow_run.get_id()), tags=sorted(tags))

    def end(self, result: Any) -> Any:
        """Return the state in which this flow run ends."""
        if not self._conclusion:
            return result
        name = WITH_FAILURES if self._failed else None
        return Completed(name=name, message=self._conclusion, data=result)

    def runner(self, workers: int, *, gpu: bool = False) -> Runner:
        """Return a runner that makes task runs, `workers` at a time.

        Task runs that need a GPU have the tag `gpu`, so that a concurrency limit of the server
        (`prefect concurrency-limit create gpu N`) holds for all flow runs together.
        """
        tags, scheduler = {*self._tags, *({GPU_TAG} if gpu else ())}, runner_settings().scheduler
        if scheduler:
            from flows.dask import DaskWorkers  # noqa: PLC0415 - Dask takes a second to import

            return TaskRuns(MAX_WORKERS, tags, DaskWorkers(scheduler, gpu=gpu))
        return TaskRuns(1 if gpu else workers, tags)

    def run_stage(
        self,
        stage: Callable[[ParametersT], ResultT],
        parameters: ParametersT,
        *,
        role: str = "",
        after: Sequence[object] = (),
    ) -> ResultT:
        """Run a stage as a flow run within this one; see `Host.run_stage`.

        In the graph, an arrow leads to it from each run whose result is among `after`.
        """
        run: Any = as_flow(stage, role)
        state: State[ResultT] = run(parameters, wait_for=after, return_state=True)
        result = state.result()
        link_state_to_flow_run_result(state, result)
        self._results.append(result)
        self.say(f"{name_run(stage.__name__, parameters, role)}: {state.message or 'done'}")
        return result

    def say(self, message: str) -> None:
        """Write a message in the run's log."""
        get_run_logger().info(message)

    def conclude(self, message: str, *, failed: int = 0) -> None:
        """Keep it for the state in which this flow run ends, which Prefect also logs."""
        self._conclusion, self._failed = message, failed

    def can_ask(self) -> bool:
        """Whether somebody can answer: whoever resumes the run, in the UI or by the API."""
        return True

    def ask(self, question: str) -> Answer:
        """Pause this flow run until a person resumes it with an answer; see `Host.ask`."""
        self.say(
            f"This run waits for a person, who resumes it in the UI, or by the API:\n"
            f"POST /flow_runs/{flow_run.get_id()}/resume "
            '{"run_input": {"decision": "yes" or "no", "note": "why"}}\n\n' + question
        )
        form = Decision.with_initial_data(description=question)
        try:
            given = pause_flow_run(form, timeout=PATIENCE_SECONDS, poll_interval=ASK_SECONDS)
        except FlowPauseTimeout as error:
            raise NobodyAnsweredError(
                "nobody resumed this run in time; run it again to be asked again"
            ) from error
        return Answer(given.decision == "yes", given.note.strip())

    def progress(self, label: str, total: int | None) -> AbstractContextManager[Advance]:
        """Show the progress as an artifact and in the log; nothing where nobody knows the total."""
        if total is None:
            return nullcontext(_show_nothing)
        return gauge(self._key(label.lower().replace(" ", "-")), self._title(label), total)

    def publish_table(self, key: str, rows: Sequence[Mapping[str, Any]], description: str) -> None:
        """Publish a table as an artifact, with floats rounded to 3 places.

        A single row is shown as a column. A wide table becomes a note, whose cells wrap, because
        the UI would cut it off.
        """
        table = [{name: _round(value) for name, value in row.items()} for row in rows[:MOST_ROWS]]
        if len(rows) > MOST_ROWS:
            description += f", the first {MOST_ROWS} of {len(rows):,} rows"
        if len(table) == 1:
            table = [{"what": name, "value": value} for name, value in table[0].items()]
        if table and len(table[0]) > MOST_COLUMNS:
            self.publish_note(key, write_table(table), description)
            return
        create_table_artifact(table=table, key=self._key(key), description=self._title(description))

    def publish_note(self, key: str, markdown: str, description: str) -> None:
        """Publish a note as an artifact."""
        create_markdown_artifact(
            markdown=markdown, key=self._key(key), description=self._title(description)
        )

    def _key(self, key: str) -> str:
        return "-".join(filter(None, (key, self._role)))

    def _title(self, text: str) -> str:
        return f"{self._role.capitalize()}: {text}" if self._role else text


def _show_nothing(done: int, note: str = "") -> None:
    """Ignore it."""


def _round(value: Any) -> Any:
    return round(value, 3) if isinstance(value, float) else value


class _WithoutTraceback(logging.Filter):
    """Lets Prefect log an `ExpectedError` as its message alone, on the terminal and in the UI."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, ExpectedError):
            record.exc_info = record.exc_text = None  # the message holds the error already
        return True


for _name_of_logger in ("prefect.flow_runs", "prefect.task_runs"):
    logging.getLogger(_name_of_logger).addFilter(_WithoutTraceback())
    show_as_text(_name_of_logger)
