"""Work that is asked to end, which it does between two photographs, samples or steps.

It may just as well be killed at any moment; so ended, it leaves nothing to clear away.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Event
from typing import TypeVar

ItemT = TypeVar("ItemT")

_asked: ContextVar[Event] = ContextVar("asked", default=Event())  # noqa: B039 - it is never set


class Stopped(BaseException):
    """The work was asked to end."""


@contextmanager
def stoppable() -> Iterator[Event]:
    """Yield an event that ends the work of this context, and of the tasks started in it, if set."""
    asked = Event()
    token = _asked.set(asked)
    try:
        yield asked
    finally:
        _asked.reset(token)


def stop_if_asked() -> None:
    """End the work here if it was asked to end.

    Raises:
        Stopped: it was.
    """
    if _asked.get().is_set():
        raise Stopped


def until_asked(items: Iterable[ItemT]) -> Iterator[ItemT]:
    """Yield items until the work is asked to end.

    Raises:
        Stopped: it was.
    """
    for item in items:
        stop_if_asked()
        yield item
