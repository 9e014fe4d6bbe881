"""The progress of a task: reported by the task, in any thread or process, to whatever shows it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TypeVar

from rr_tasks.stopping import stop_if_asked


@dataclass(frozen=True)
class Progress:
    """What a task has done so far.

    Args:
        task: identifies the task, because several may run at a time.
        done: photographs or steps so far, including those that `failed`.
        failed: how many of them could not be used.
        pixels: how many pixels the photographs have that were worked on.
        figures: numbers that show how well it is going, such as losses.
    """

    task: str
    done: int
    failed: int = 0
    pixels: int = 0
    figures: Mapping[str, float] = field(default_factory=dict)


Listener = Callable[[Progress], None]


def _ignore(progress: Progress) -> None:
    """Show nothing."""


ItemT = TypeVar("ItemT")
_OFTEN = 500

_listener: ContextVar[Listener] = ContextVar("listener", default=_ignore)


def report(progress: Progress) -> None:
    """Report progress to the listener, as often as the task likes.

    Raises:
        Stopped: the task was asked to end, for which this is a good moment.
    """
    _listener.get()(progress)
    stop_if_asked()


def counting(task: str, found: Iterable[ItemT]) -> Iterator[ItemT]:
    """Yield what is found, and report now and then how many there are so far."""
    for number, one in enumerate(found, start=1):
        if number % _OFTEN == 0:
            report(Progress(task, number))
        yield one


def listen(listener: Listener) -> None:
    """Pass every report of this context to `listener` from now on."""
    _listener.set(listener)


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Pass every report of this context, and of the tasks started in it, to `listener`."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)
