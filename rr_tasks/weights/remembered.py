"""Keeps what was loaded from weights files until one of them is replaced."""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import ParamSpec, TypeVar, cast

from rr_tasks.storage.files import stamp

ArgumentsT = ParamSpec("ArgumentsT")
LoadedT = TypeVar("LoadedT")


def remembered(load: Callable[ArgumentsT, LoadedT]) -> Callable[ArgumentsT, LoadedT]:
    """Make `load` return what it returned before, as long as its files are the same ones.

    Args:
        load: takes URLs, or None for shipped weights, which are never replaced.
    """

    @lru_cache(maxsize=2)
    def kept(urls: tuple[str | None, ...], _stamps: tuple[str | None, ...]) -> LoadedT:
        return cast(Callable[..., LoadedT], load)(*urls)

    @wraps(load)
    def current(*urls: ArgumentsT.args, **_none: ArgumentsT.kwargs) -> LoadedT:
        files = cast(tuple[str | None, ...], urls)
        return kept(files, tuple(url and stamp(url) for url in files))

    return current
