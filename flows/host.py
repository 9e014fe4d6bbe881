"""Where a stage runs and shows its progress: in a terminal, or on a Prefect server."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from typing import Any, Protocol, TypeVar

from flows.answer import Answer
from flows.runner import Runner
from flows.terminal import Terminal

ParametersT = TypeVar("ParametersT")
ResultT = TypeVar("ResultT")

Rows = Sequence[Mapping[str, Any]]


class Advance(Protocol):
    """Called with the amount done so far, and a few words on how it is going."""

    def __call__(self, done: int, note: str = "") -> None:
        """Show it."""


class Host(Protocol):
    """Runs the tasks of stages, and shows their progress to people."""

    def runner(self, workers: int, *, gpu: bool = False) -> Runner:
        """Return a runner for `workers` tasks at a time; one, if each needs a GPU for itself.

        On a Dask cluster, its workers decide how many.
        """

    def run_stage(
        self,
        stage: Callable[[ParametersT], ResultT],
        parameters: ParametersT,
        *,
        role: str = "",
        after: Sequence[object] = (),
    ) -> ResultT:
        """Run a stage inside another one.

        Args:
            stage: the stage.
            parameters: its parameters.
            role: tells runs of the same stage apart, such as `candidate`.
            after: what earlier stages returned that this one needs.
        """

    def say(self, message: str) -> None:
        """Show people a message."""

    def conclude(self, message: str, *, failed: int = 0) -> None:
        """Say in one line what came of the stage.

        Args:
            message: the line.
            failed: how many photographs or samples could not be used.
        """

    def can_ask(self) -> bool:
        """Whether there is a way to ask a person."""

    def ask(self, question: str) -> Answer:
        """Ask a person a question that can be answered by yes or no, and wait for the answer.

        Args:
            question: Markdown; the last sentence asks.

        Raises:
            NobodyAnsweredError: nobody did.
        """

    def progress(self, label: str, total: int | None) -> AbstractContextManager[Advance]:
        """Show the progress of a piece of work of `total` steps, 1 or more, or of unknown length.

        It ends at `total`.
        """

    def publish_table(self, key: str, rows: Rows, description: str) -> None:
        """Keep a table beside the run; `key` has words of lower case, joined by hyphens."""

    def publish_note(self, key: str, markdown: str, description: str) -> None:
        """Keep a note beside the run."""


_host: ContextVar[Host] = ContextVar("host", default=Terminal())  # noqa: B039 - it has no state


def host() -> Host:
    """Return the host of the stage that is running."""
    return _host.get()


@contextmanager
def use_host(new: Host) -> Iterator[None]:
    """Run stages in this context on another host."""
    token = _host.set(new)
    try:
        yield
    finally:
        _host.reset(token)
