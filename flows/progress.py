"""Shows how far a stage is: a bar on the terminal, or a progress artifact in the Prefect UI."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, Protocol, cast
from uuid import UUID

from prefect import get_run_logger
from prefect.artifacts import create_progress_artifact, update_progress_artifact
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Column
from rich.text import Text

from flows.launch import in_flow_run

console = Console(stderr=True)


def say(message: str) -> None:
    """Tell people something in passing: above the bar, or in the log of the flow run."""
    if in_flow_run():
        get_run_logger().info(message)
    else:
        console.print(message, soft_wrap=True, highlight=False, markup=False)


class Advance(Protocol):
    """Called with how much is done in all, and a few words on how it goes."""

    def __call__(self, done: int, note: str = "") -> None:
        """Show it."""


@contextmanager
def progress(label: str | None, total: int) -> Iterator[Advance]:
    """Follow a piece of work of `total` steps; it ends full, also when all was done before.

    Without a label, or without steps, nothing is shown.
    """
    shown: AbstractContextManager[Advance] = nullcontext(_silent)
    if label and total:
        shown = _artifact(label, total) if in_flow_run() else _bar(label, total)
    with shown as advance:
        yield advance


def _silent(done: int, note: str = "") -> None:
    """Show nothing."""


@contextmanager
def _bar(label: str, total: int) -> Iterator[Advance]:
    with Progress(*_columns(), console=console) as bars:
        bar = bars.add_task(label, total=total, note="")
        yield lambda done, note="": bars.update(bar, completed=done, note=note)
        bars.update(bar, completed=total)


def _columns() -> Iterator[ProgressColumn]:
    """On a narrow terminal the bar gives way first, then the note; the numbers stay whole."""
    whole = Column(no_wrap=True)
    yield TextColumn("{task.description:<22}", table_column=whole)
    yield BarColumn(bar_width=24)
    yield MofNCompleteColumn(table_column=whole)
    yield TimeElapsedColumn(table_column=whole)
    yield TimeRemainingColumn(table_column=whole)
    yield _Note()


class _Note(ProgressColumn):
    """A few words, cut off where the line ends."""

    def render(self, task: Task) -> Text:
        return Text(task.fields["note"], style="dim", no_wrap=True, overflow="ellipsis")


@contextmanager
def _artifact(label: str, total: int) -> Iterator[Advance]:
    key = label.lower().replace(" ", "-")
    created: Any = create_progress_artifact(progress=0.0, key=key, description=label)
    artifact = cast(UUID, created)

    def advance(done: int, note: str = "") -> None:
        update_progress_artifact(
            artifact, progress=100 * done / total, description=f"{label} {note}".strip()
        )

    yield advance
    update_progress_artifact(artifact, progress=100.0)
