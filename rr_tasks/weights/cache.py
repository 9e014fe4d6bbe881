"""Keeps what was loaded from a weights file until the file is replaced."""

from collections.abc import Callable
from functools import lru_cache, wraps
from threading import Lock
from typing import TypeVar

from rr_tasks.storage.files import stamp

LoadedT = TypeVar("LoadedT")


def cache_by_stamp(load: Callable[[str | None], LoadedT]) -> Callable[[str | None], LoadedT]:
    """Make `load` return the same object again until the file is replaced.

    Threads that call it at the same time share one copy.

    Args:
        load: takes a URL, or None for shipped weights, which are never replaced.
    """
    lock = Lock()

    @lru_cache(maxsize=2)
    def load_stamped(url: str | None, _stamp: str | None) -> LoadedT:
        return load(url)

    @wraps(load)
    def load_current(url: str | None) -> LoadedT:
        current = url and stamp(url)
        with lock:
            return load_stamped(url, current)

    return load_current
