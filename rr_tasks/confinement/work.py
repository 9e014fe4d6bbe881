"""What a confined process is asked, and what it answers."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

Function = Callable[..., Iterator[Any]]
"""A generator function of a module; it stops after each step, and yields what came of it."""


@dataclass(frozen=True)
class Prepare:
    """Forget the work before, import what the function needs, if one is named, and say so."""

    function: Function | None = None


@dataclass(frozen=True)
class Work:
    """Take the first step of a new piece of work."""

    function: Function
    arguments: tuple[Any, ...]


@dataclass(frozen=True)
class Step:
    """Take the next step."""


Request = Prepare | Work | Step


@dataclass(frozen=True)
class Answer:
    """What a request came to: a value, or an error."""

    value: Any = None
    error: Exception | None = None
