import threading
from collections.abc import Iterator
from contextvars import ContextVar

import pytest

from rr_tasks.reasoner.ahead import take_ahead

WHO: ContextVar[str] = ContextVar("who")


def test_items_come_in_order_and_none_is_lost() -> None:
    assert list(take_ahead(range(20))) == list(range(20))
    assert list(take_ahead([None, None])) == [None, None]
    assert list(take_ahead([])) == []


def test_the_next_item_is_prepared_while_the_caller_works() -> None:
    prepared = threading.Event()

    def items() -> Iterator[int]:
        yield 0
        prepared.set()
        yield 1

    taken = take_ahead(items())
    assert next(taken) == 0
    assert prepared.wait(5)
    assert list(taken) == [1]


def test_only_one_item_is_prepared() -> None:
    made: list[int] = []

    def items() -> Iterator[int]:
        for number in range(10):
            made.append(number)
            yield number

    taken = take_ahead(items())
    next(taken)
    taken.close()  # type: ignore[attr-defined]
    assert len(made) <= 2


def test_an_error_comes_where_the_item_would_have_come() -> None:
    def items() -> Iterator[int]:
        yield 0
        raise ConnectionError("gone")

    taken = take_ahead(items())
    assert next(taken) == 0
    with pytest.raises(ConnectionError, match="gone"):
        next(taken)


def test_the_context_is_that_of_the_caller() -> None:
    WHO.set("caller")
    assert list(take_ahead(WHO.get() for _ in range(2))) == ["caller", "caller"]
