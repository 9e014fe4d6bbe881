"""Does several slow things at the same time."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

KeyT = TypeVar("KeyT")
ResultT = TypeVar("ResultT")

_AT_A_TIME = 16


def map_in_threads(function: Callable[[KeyT], ResultT], keys: Sequence[KeyT]) -> Iterator[ResultT]:
    """Call `function` for each key in threads and yield the results in order.

    At most 16 calls run, and at most 16 results are held, at a time.
    """
    with ThreadPoolExecutor(_AT_A_TIME, thread_name_prefix="rr-storage") as pool:
        for first in range(0, len(keys), _AT_A_TIME):
            yield from pool.map(function, keys[first : first + _AT_A_TIME])
