"""How fast a piece of work is going, and when it will be done."""

from collections import deque
from collections.abc import Callable
from datetime import timedelta
from time import monotonic

WINDOW_SECONDS = 60.0
"""How far back a rate looks, so that it follows what is being worked on now."""
_SPACING_SECONDS = 1.0


class Rate:
    """Steps a second lately, from how many were done at several times.

    What was done before the first of them, by an earlier run, says nothing about the rate.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._seen: deque[tuple[float, float]] = deque()

    def __call__(self, done: float) -> float | None:
        """Note how many steps are done by now, and return the steps a second if they are known."""
        now = self._clock()
        while len(self._seen) > 1 and self._seen[1][0] <= now - WINDOW_SECONDS:
            self._seen.popleft()
        if not self._seen or now - self._seen[-1][0] >= _SPACING_SECONDS:
            self._seen.append((now, done))
        began, before = self._seen[0]
        return (done - before) / (now - began) if done > before and now > began else None


class Pace:
    """Watches the progress of a piece of work of `total` steps from its first report on."""

    def __init__(self, total: int, clock: Callable[[], float] = monotonic) -> None:
        self._total, self._clock = total, clock
        self._rate = Rate(clock)
        self._began = clock()

    def describe(self, done: int) -> str:
        """Describe how many steps are done, of how many, how fast, and the time left if known."""
        rate = self._rate(done)
        counted = f"{done:,} of {self._total:,}"
        if rate is None:
            return counted
        left = timedelta(seconds=round((self._total - done) / rate))
        return f"{counted}, {rate:.3g}/s, {left} left"

    def conclude(self) -> str:
        """Describe that all steps are done, and how long they took."""
        took = timedelta(seconds=round(self._clock() - self._began))
        return f"{self._total:,} of {self._total:,}, done in {took}"
