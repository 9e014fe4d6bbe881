"""What the tests of the command line share."""

import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from typer.testing import Result

Rr = Callable[..., Result]
"""Runs `rr` with these arguments; `code` is the exit status that it should have."""


def error_lines(result: Result) -> list[str]:
    return [line for line in result.stderr.splitlines() if line.startswith("Error: ")]


def only_error(result: Result) -> str:
    (line,) = error_lines(result)
    return line.removeprefix("Error: ")


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """The system refuses to write more, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
