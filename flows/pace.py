"""How fast a piece of work is going, and when it will be done."""

from datetime import timedelta


class Pace:
    """Watches the progress of a piece of work of `total` steps from its first report on.

    What was done before that report, by an earlier run, says nothing about the pace.
    """

    def __init__(self, total: int) -> None:
        self._total = total
        self._first: tuple[int, float] | None = None

    def describe(self, done: int, now_s: float) -> str:
        """Describe how many steps are done, the steps a second, and the time left if it is known.

        Args:
            done: steps done by now, those of earlier runs included.
            now_s: the time in seconds, since whenever.
        """
        counted = f"{done:,} of {self._total:,}"
        if self._first is None:
            self._first = done, now_s
        before, began_s = self._first
        if done <= before or now_s <= began_s:
            return counted
        rate = (done - before) / (now_s - began_s)
        left = timedelta(seconds=round((self._total - done) / rate))
        return f"{counted}, {rate:.3g}/s, {left} left"
