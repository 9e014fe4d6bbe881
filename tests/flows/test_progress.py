"""Progress on a terminal; tests of flow runs show that of a Prefect server."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from rich.console import Console

from flows.host import use_host
from flows.progress import follow, progress
from flows.terminal import Terminal
from rr_tasks.progress import Progress, counting, report


@pytest.mark.parametrize("width", [70, 80, 120])
def test_a_bar_is_one_line_and_its_numbers_are_whole(shown: Console, width: int) -> None:
    shown.width = width
    with progress("Train restorer", 16_000) as advance:
        advance(16_000, "loss 0.123  psnr 21.347  psnr_degraded 21.949")
    drawn = shown.file.getvalue().split("\r")[-1]  # type: ignore[attr-defined]
    line, cursor = drawn.splitlines()
    assert cursor == "\x1b[?25h"
    assert "16000/16000" in line
    assert "loss 0.1" in line


def test_a_bar_ends_full_also_when_all_was_done_before(shown: Console) -> None:
    with progress("Train reasoner", 4000):
        pass
    assert "4000/4000" in shown.file.getvalue()  # type: ignore[attr-defined]


def test_reports_of_several_tasks_are_shown_together(shown: Console) -> None:
    with follow("Restore photographs", 7):
        report(Progress("00000", done=2, failed=1))
        report(Progress("00001", done=3))
        report(Progress("00000", done=3, failed=2))
        report(Progress("00001", done=4, figures={"loss": 0.25}))
    drawn = shown.file.getvalue()  # type: ignore[attr-defined]
    assert "7/7" in drawn
    assert "2 failed  loss 0.250" in drawn


def test_what_was_done_before_counts_and_pixels_become_megapixels_a_second() -> None:
    told: list[tuple[int, str]] = []

    class Watcher(Terminal):
        @contextmanager
        def progress(self, label: str, total: int | None) -> Iterator[Callable[..., None]]:
            yield lambda done, note="": told.append((done, note))

    with use_host(Watcher()), follow("Restore photographs", 9, before=4):
        report(Progress("00000", done=1, pixels=1_000_000))
        time.sleep(0.01)
        report(Progress("00000", done=2, pixels=3_000_000))
    assert [done for done, _ in told] == [4, 5, 6]
    assert told[-1][1].endswith(" MP/s")


def test_nobody_listens_outside(shown: Console) -> None:
    with follow("Restore photographs", 7):
        pass
    drawn = shown.file.getvalue()  # type: ignore[attr-defined]
    report(Progress("00000", done=2))
    assert shown.file.getvalue() == drawn  # type: ignore[attr-defined]


def test_what_has_no_known_end_is_counted_and_then_vanishes(shown: Console) -> None:
    with follow("Looking for photographs", None):
        assert list(counting("listing", range(12_000))) == list(range(12_000))
    drawn = shown.file.getvalue()  # type: ignore[attr-defined]
    assert "Looking for photographs, 12,000 so far" in drawn
    assert drawn.endswith("\x1b[1A\x1b[2K")
