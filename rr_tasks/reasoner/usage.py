"""Notes what answers cost, beside the answers, for whoever wants to know."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from rr_tasks.photographs.pixels import Bytes
from schemas.usage import Usage


class Meter:
    """What the answers about photographs cost."""

    def __init__(self) -> None:
        self._used: dict[int, Usage] = {}
        self._all: list[Usage] = []

    def record(self, image: Bytes, usage: Usage) -> None:
        """Note what the answer about a photograph cost; the last one counts."""
        self._used[id(image)] = usage
        self._all.append(usage)

    def of(self, image: Bytes) -> Usage | None:
        """Return what the answer about a photograph cost; None if nobody said so."""
        return self._used.get(id(image))

    def total(self) -> Usage | None:
        """Return what all answers cost together; None if nobody said so."""
        return Usage.add_up(self._all)


_meter: ContextVar[Meter | None] = ContextVar("meter", default=None)


@contextmanager
def metering() -> Iterator[Meter]:
    """Note what answers cost in this context; the photographs must outlive it."""
    meter = Meter()
    token = _meter.set(meter)
    try:
        yield meter
    finally:
        _meter.reset(token)


def record_usage(image: Bytes, usage: Usage) -> None:
    """Say what the answer about a photograph cost."""
    meter = _meter.get()
    if meter is not None:
        meter.record(image, usage)
