"""How far a task is: told by the task, in whatever thread or process, to whoever shows it."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Progress:
    """What a task has done so far.

    Args:
        task: which task, as there may be several at a time.
        done: photographs or steps, of which `failed` could not be used.
        failed: how many of them.
        figures: numbers that show how well it goes, such as losses.
    """

    task: str
    done: int
    failed: int = 0
    figures: Mapping[str, float] = field(default_factory=dict)


Listener = Callable[[Progress], None]


def _ignore(progress: Progress) -> None:
    """Show nothing."""


_listener: ContextVar[Listener] = ContextVar("listener", default=_ignore)


def report(progress: Progress) -> None:
    """Tell whoever listens; in a task, as often as it likes."""
    _listener.get()(progress)


def listen(listener: Listener) -> None:
    """Let `listener` have every report of this context from now on."""
    _listener.set(listener)


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Let `listener` have every report of this context, and of the tasks started in it."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)
