"""Shows the progress of a stage, by finished shards or by what its tasks report."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from threading import Lock

from flows.host import Advance, host
from flows.metrics.counters import count_work
from flows.pace import Rate
from rr_tasks.progress import Progress, listening


@contextmanager
def progress(label: str | None, total: int | None) -> Iterator[Advance]:
    """Show the progress of `total` steps; it ends at `total`, even if all were done before.

    Without a label or without steps, nothing is shown. If nobody knows how many there will be,
    `total` is None, and what is shown vanishes at the end.
    """
    shown: AbstractContextManager[Advance] = nullcontext(_show_nothing)
    if label and total != 0:
        shown = host().progress(label, total)
    with shown as advance:
        yield advance


def _show_nothing(done: int, note: str = "") -> None:
    """Ignore it."""


@contextmanager
def follow(label: str, total: int | None, *, before: int = 0) -> Iterator[None]:
    """Show the sum of what the tasks in this context report, out of `total`; see `progress`.

    Args:
        label: what is being done, in a few words.
        total: how many photographs or steps there are.
        before: how many of them an earlier run has done, if no task reports them.
    """
    latest: dict[str, Progress] = {}
    sums = Counter(done=before)
    lock, megapixels = Lock(), Rate()
    megapixels(0.0)

    def show(report: Progress) -> None:
        with lock:
            earlier = latest.get(report.task, Progress(report.task, done=0))
            latest[report.task] = report
            news = {name: getattr(report, name) - getattr(earlier, name) for name in _COUNTED}
            sums.update(news)
            count_work(label, **news)
            speed = megapixels(sums["pixels"] / 1e6)
            advance(sums["done"], _describe(sums["failed"], speed, report.figures))

    with progress(label, total) as advance, listening(show):
        if before:
            advance(before)
        yield


_COUNTED = ("done", "failed", "pixels")


def _describe(failed: int, speed: float | None, figures: Mapping[str, float]) -> str:
    notes = [f"{failed:,} failed"] if failed else []
    notes += [f"{speed:,.2f} MP/s"] if speed else []
    notes += [f"{name} {value:.3f}" for name, value in figures.items()]
    return "  ".join(notes)
