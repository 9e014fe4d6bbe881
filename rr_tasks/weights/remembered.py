"""Keeps what was loaded from weights files until one of them is replaced."""

from collections.abc import Callable
from functools import lru_cache, wraps
from pathlib import Path
from typing import ParamSpec, TypeVar, cast

ArgumentsT = ParamSpec("ArgumentsT")
LoadedT = TypeVar("LoadedT")

_Stamp = tuple[int, int, int] | None


def remembered(load: Callable[ArgumentsT, LoadedT]) -> Callable[ArgumentsT, LoadedT]:
    """Make `load` return what it returned before, as long as its files are the same ones.

    Args:
        load: takes paths, or None for shipped weights, which are never replaced.
    """

    @lru_cache(maxsize=2)
    def kept(paths: tuple[Path | None, ...], _stamps: tuple[_Stamp, ...]) -> LoadedT:
        return cast(Callable[..., LoadedT], load)(*paths)

    @wraps(load)
    def current(*paths: ArgumentsT.args, **_none: ArgumentsT.kwargs) -> LoadedT:
        files = cast(tuple[Path | None, ...], paths)
        return kept(files, tuple(map(_stamp, files)))

    return current


def _stamp(path: Path | None) -> _Stamp:
    try:
        status = None if path is None else path.stat()
    except OSError:
        return None  # `load` says what is wrong with it
    return None if status is None else (status.st_size, status.st_mtime_ns, status.st_ino)
