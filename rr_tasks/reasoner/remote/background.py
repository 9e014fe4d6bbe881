"""An event loop in a thread of its own, for callers that know nothing of event loops."""

import asyncio
from collections.abc import Coroutine
from threading import Thread
from typing import Any, TypeVar

ResultT = TypeVar("ResultT")


class Background:
    """Runs coroutines of any number of threads in one loop, until the process ends."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        Thread(target=self._loop.run_forever, name="requests", daemon=True).start()

    def run(self, work: Coroutine[Any, Any, ResultT]) -> ResultT:
        """Run a coroutine and return its result; Ctrl-C cancels it."""
        running = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return running.result()
        except BaseException:
            running.cancel()
            raise
