"""Shows the progress of a stage in a terminal, which needs no server."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from rich.markdown import Markdown
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
from rich.prompt import Confirm, Prompt
from rich.table import Column
from rich.text import Text

from flows.answer import Answer, NobodyAnsweredError
from flows.console import errors
from flows.runner import Processes, Runner, Threads
from schemas.settings import runner_settings
from schemas.url import mask_secrets

ParametersT = TypeVar("ParametersT")
ResultT = TypeVar("ResultT")


class Terminal:
    """Runs stages as plain functions, and shows their progress as bars."""

    def runner(self, workers: int, *, gpu: bool = False) -> Runner:
        """Return threads, or what else the settings ask for."""
        settings = runner_settings()
        if settings.scheduler:
            from flows.dask import DaskWorkers  # noqa: PLC0415 - Dask takes a second to import

            return DaskWorkers(settings.scheduler, gpu=gpu)
        return _RUNNERS[settings.runner](1 if gpu else workers)

    def run_stage(
        self,
        stage: Callable[[ParametersT], ResultT],
        parameters: ParametersT,
        *,
        role: str = "",
        after: Sequence[object] = (),
    ) -> ResultT:
        """Call the stage."""
        return stage(parameters)

    def say(self, message: str) -> None:
        """Print a message above the bar."""
        errors.print(mask_secrets(message), soft_wrap=True, highlight=False, markup=False)

    def conclude(self, message: str, *, failed: int = 0) -> None:
        """Say nothing: commands print what came of it."""

    def can_ask(self) -> bool:
        """Whether somebody sits at the terminal."""
        return sys.stdin.isatty()

    def ask(self, question: str) -> Answer:
        """Ask at the terminal; see `Host.ask`."""
        errors.print(Markdown(question))
        try:
            yes = Confirm.ask("Yes or no", console=errors)
            note = Prompt.ask("Why (may be empty)", console=errors, default="", show_default=False)
        except EOFError as error:
            raise NobodyAnsweredError("nobody answered at the terminal; run again") from error
        return Answer(yes, note.strip())

    @contextmanager
    def progress(self, label: str, total: int | None) -> Iterator[Callable[..., None]]:
        """Draw a bar, or only count if nobody knows the total."""
        columns = (
            _columns() if total else (TextColumn("{task.description}, {task.completed:,} so far"),)
        )
        with Progress(*columns, console=errors, transient=total is None) as bars:
            bar = bars.add_task(label, total=total, note="")
            yield lambda done, note="": bars.update(bar, completed=done, note=note)
            bars.update(bar, completed=total)

    def publish_table(self, key: str, rows: Sequence[Mapping[str, Any]], description: str) -> None:
        """Keep nothing: commands print what matters."""

    def publish_note(self, key: str, markdown: str, description: str) -> None:
        """Keep nothing: commands print what matters."""


_RUNNERS: dict[str, Callable[[int], Runner]] = {"threads": Threads, "processes": Processes}


def _columns() -> Iterator[ProgressColumn]:
    """On a narrow terminal, the bar gives way first, then the note; the numbers are never cut."""
    whole = Column(no_wrap=True)
    yield TextColumn("{task.description:<22}", table_column=whole)
    yield BarColumn(bar_width=24)
    yield MofNCompleteColumn(table_column=whole)
    yield TimeElapsedColumn(table_column=whole)
    yield TimeRemainingColumn(table_column=whole)
    yield _Note()


class _Note(ProgressColumn):
    """A few words, truncated at the end of the line."""

    def render(self, task: Task) -> Text:
        return Text(task.fields["note"], style="dim", no_wrap=True, overflow="ellipsis")
