"""Shows the progress of a stage, by finished shards or by what its tasks report."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from threading import Lock

from flows.host import Advance, host
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
def follow(label: str, total: int | None) -> Iterator[None]:
    """Show the sum of what the tasks in this context report, out of `total`; see `progress`."""
    latest: dict[str, Progress] = {}
    lock = Lock()

    def show(report: Progress) -> None:
        with lock:
            latest[report.task] = report
            failed = sum(one.failed for one in latest.values())
            notes = [f"{failed} failed"] if failed else []
            notes += [f"{name} {value:.3f}" for name, value in report.figures.items()]
            advance(sum(one.done for one in latest.values()), "  ".join(notes))

    with progress(label, total) as advance, listening(show):
        yield
