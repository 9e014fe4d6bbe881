"""Pieces of work for confined processes, of kinds that hostile files cause."""

import os
import signal
import time
from collections.abc import Iterator
from typing import Any

import numpy as np


def count(*values: Any) -> Iterator[Any]:
    for value in values:
        yield value, os.getpid()


def fill(*shape: int) -> Iterator[tuple[Any, Any]]:
    array = np.full(shape, 7, np.uint16)
    yield array, array


def last(seconds: float) -> Iterator[None]:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass
    yield None


def wait_and_last(seconds: float) -> Iterator[None]:
    yield None
    yield from last(seconds)


def grow(mebibytes: int) -> Iterator[int]:
    held = [np.ones(2**20, np.uint8) for _ in range(mebibytes)]
    time.sleep(60)
    yield len(held)


def crash(number: int) -> Iterator[None]:
    os.kill(os.getpid(), number or signal.SIGSEGV)
    yield None


def crash_on(content: bytes) -> Iterator[None]:
    del content
    yield from crash(signal.SIGSEGV)


class Odd(Exception):  # noqa: N818
    """Cannot be sent as it is."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(f"{first} {second}")


def fail(kind: str) -> Iterator[None]:
    if kind == "odd":
        raise Odd("very", "odd")
    raise ValueError("as expected")
    yield
