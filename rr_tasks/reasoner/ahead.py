"""Prepares the next item in a thread while the caller works on the last one."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any, TypeVar

from rr_tasks.threads import compute_in_threads

ItemT = TypeVar("ItemT")

_END: Any = object()


def take_ahead(items: Iterable[ItemT]) -> Iterator[ItemT]:
    """Yield the items of an iterator, which works on the next one in the meantime.

    An error is raised where the item would have come.
    """
    iterator, context = iter(items), copy_context()

    def take() -> ItemT:
        return context.run(next, iterator, _END)

    with ThreadPoolExecutor(1, "rr-ahead", compute_in_threads, (1,)) as beside:
        coming = beside.submit(take)
        while (item := coming.result()) is not _END:
            coming = beside.submit(take)
            yield item
