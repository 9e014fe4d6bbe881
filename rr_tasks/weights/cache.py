"""Keeps what was loaded from weights until their files are replaced."""

from collections.abc import Callable
from functools import lru_cache, wraps
from pathlib import Path
from threading import Lock
from typing import TypeVar

from rr_tasks.storage.files import stamp

LoadedT = TypeVar("LoadedT")

Stamps = tuple[tuple[str, str | None], ...]


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


def stamp_models(*places: str | None) -> Stamps:
    """Stamp the files of models and adapters, which may be trained again.

    Args:
        places: local folders; files, or the URLs of files; or names on the Hub, whose models do not
            change and have no stamps; None stands for nothing.
    """
    return tuple((path, stamp(path)) for place in places if place for path in _list_files(place))


def _list_files(place: str) -> list[str]:
    folder = Path(place)
    if folder.is_dir():
        return [str(path) for path in sorted(folder.rglob("*")) if path.is_file()]
    return [place] if place.endswith(".safetensors") else []
