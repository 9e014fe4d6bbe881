import io
import threading
import time
from contextlib import nullcontext

import pytest
from prefect import task
from rich.console import Console

from flows import progress as bars
from flows import shards
from flows.shards import run_shards, share_shards
from rr_tasks.storage.claim import Held


class Work:
    """Shards that count how many of them are unfinished, and break where they are told to."""

    def __init__(self, broken: int | None = None, pause: float = 0.0) -> None:
        self.broken, self.pause = broken, pause
        self.begun: list[int] = []
        self.at_work = self.most_at_work = 0
        self._lock = threading.Lock()

    def __call__(self, shard: int, factor: int) -> int:
        with self._lock:
            self.begun.append(shard)
            self.at_work += 1
            self.most_at_work = max(self.most_at_work, self.at_work)
        if shard != self.broken:
            time.sleep(self.pause if shard else 5 * self.pause)
        with self._lock:
            self.at_work -= 1
        if shard == self.broken:
            raise OSError(f"shard {shard} broke")
        return shard * factor


def run(work: Work, count: int, workers: int, label: str | None = None) -> list[int]:
    return run_shards(
        task(work.__call__, name="work"), range(count), 10, label=label, workers=workers
    )


@pytest.mark.parametrize("workers", [1, 2, 3])
@pytest.mark.parametrize("count", [0, 1, 7])
def test_results_come_in_the_order_of_the_shards(workers: int, count: int) -> None:
    work = Work(pause=0.01)  # the first one is the slowest
    assert run(work, count, workers) == [10 * number for number in range(count)]
    assert sorted(work.begun) == list(range(count))
    assert work.most_at_work <= workers


def test_workers_work_at_the_same_time() -> None:
    work = Work(pause=0.05)
    run(work, 6, workers=3)
    assert work.most_at_work == 3


@pytest.mark.parametrize("workers", [2, 3])
def test_only_a_window_of_shards_is_submitted(
    monkeypatch: pytest.MonkeyPatch, workers: int
) -> None:
    open_now: set[int] = set()
    most = 0

    class Waiting:
        def __init__(self, shard: int) -> None:
            self.shard = shard

        def result(self) -> int:
            open_now.remove(self.shard)
            return self.shard

    def submit(shard: int) -> Waiting:
        nonlocal most
        open_now.add(shard)
        most = max(most, len(open_now))
        return Waiting(shard)

    monkeypatch.setattr(shards, "_submitter", lambda *_: nullcontext(submit))
    numbers = run_shards(
        task(lambda shard: shard, name="n"), range(50), label=None, workers=workers
    )
    assert numbers == list(range(50))
    assert most == 2 * workers


@pytest.mark.parametrize("workers", [1, 2])
def test_a_failure_is_raised_and_what_has_not_begun_never_does(workers: int) -> None:
    work = Work(broken=0, pause=0.2)
    with pytest.raises(OSError, match="shard 0 broke"):
        run(work, 1000, workers)
    # whoever failed may have taken up one more before that was noticed
    assert len(work.begun) <= (1 if workers == 1 else workers + 1)
    assert work.at_work == 0
    begun = list(work.begun)
    time.sleep(0.3)
    assert work.begun == begun


def test_one_worker_works_in_the_callers_thread() -> None:
    """Only there does Ctrl-C end a long shard at once."""
    threads: list[threading.Thread] = []
    note = task(lambda _shard: threads.append(threading.current_thread()), name="note")
    run_shards(note, range(2), label=None)
    assert threads == [threading.current_thread()] * 2


def test_a_bar_shows_what_is_done_while_it_is_done(shown: Console) -> None:
    seen: list[str] = []

    def look(shard: int) -> None:
        time.sleep(0.15)  # the bar is drawn ten times a second
        seen.append(shown.file.getvalue().replace(" ", ""))  # type: ignore[attr-defined]

    run_shards(task(look, name="look"), range(3), label="Look at shards")
    assert "2/3" in seen[2]
    assert "3/3" not in seen[2]
    assert "Lookatshards" in seen[0]
    assert "3/3" in shown.file.getvalue()  # type: ignore[attr-defined]


def test_no_bar_is_drawn_for_tasks_that_report_themselves(shown: Console) -> None:
    run(Work(), 3, 1)
    assert shown.file.getvalue() == ""  # type: ignore[attr-defined]


def test_no_bar_is_drawn_where_nothing_is_to_do(shown: Console) -> None:
    made = task(Work().__call__, name="work")
    assert share_shards(made, [], 10, label="Annotate shards", finished={}) == []
    assert shown.file.getvalue() == ""  # type: ignore[attr-defined]


@pytest.mark.parametrize("width", [70, 80, 120])
def test_a_bar_is_one_line_and_its_numbers_are_whole(shown: Console, width: int) -> None:
    shown.width = width
    with bars.progress("Train restorer", 16_000) as advance:
        advance(16_000, "loss 0.123  psnr 21.347  psnr_degraded 21.949")
    drawn = shown.file.getvalue().split("\r")[-1]  # type: ignore[attr-defined]
    line, cursor = drawn.splitlines()
    assert cursor == "\x1b[?25h"
    assert "16000/16000" in line
    assert "loss 0.1" in line


def test_a_bar_ends_full_also_when_all_was_done_before(shown: Console) -> None:
    with bars.progress("Train reasoner", 4000):
        pass
    assert "4000/4000" in shown.file.getvalue()  # type: ignore[attr-defined]


class Sharing:
    """Shards of which some are another run's until somebody has waited for it."""

    def __init__(self, held: set[int]) -> None:
        self.held, self.begun = held, []  # type: ignore[var-annotated]

    def __call__(self, shard: int) -> "int | OthersWork":
        self.begun.append(shard)
        return OthersWork(self, shard) if shard in self.held else 10 * shard


class OthersWork(Held):
    def __init__(self, sharing: Sharing, shard: int) -> None:
        super().__init__(f"data/{shard:05d}.done.json", b'{"host": "attic"')
        self.sharing, self.shard = sharing, shard

    def wait(self) -> None:
        self.sharing.begun.append(-self.shard)
        self.sharing.held.discard(self.shard)


@pytest.mark.parametrize("workers", [1, 2])
def test_what_another_run_makes_comes_last_and_people_are_told(
    shown: Console, workers: int
) -> None:
    sharing = Sharing({1, 3})
    work = task(sharing.__call__, name="work")
    assert share_shards(work, range(5), label="Share", workers=workers, finished={}) == [
        0,
        10,
        20,
        30,
        40,
    ]
    assert sorted(sharing.begun[:5]) == [0, 1, 2, 3, 4]
    assert sharing.begun[5:7] == [-1, -3]
    assert sorted(sharing.begun[7:]) == [1, 3]
    said = shown.file.getvalue()  # type: ignore[attr-defined]
    assert "Shard 00001 is being made by another run; waiting." in said
    assert "5/5" in said


def test_a_failure_of_a_shared_shard_is_raised(shown: Console) -> None:
    with pytest.raises(OSError, match="shard 1 broke"):
        share_shards(task(Work(1).__call__, name="work"), range(3), 10, label="Share", finished={})


@pytest.mark.parametrize("workers", [1, 2])
def test_no_task_is_run_for_what_earlier_runs_finished(shown: Console, workers: int) -> None:
    work = Work()
    made = task(work.__call__, name="work")
    finished = {0: 7, 3: 8, 9: 9}
    results = share_shards(made, range(4), 10, label="Share", workers=workers, finished=finished)
    assert results == [7, 10, 20, 8]
    assert sorted(work.begun) == [1, 2]


def test_the_bar_counts_what_earlier_runs_finished(shown: Console) -> None:
    seen: list[str] = []

    def look(shard: int) -> int:
        time.sleep(0.15)  # the bar is drawn ten times a second
        seen.append(shown.file.getvalue().replace(" ", ""))  # type: ignore[attr-defined]
        return shard

    share_shards(task(look, name="look"), range(4), label="Share", finished={0: 0, 1: 1})
    assert "2/4" in seen[0]


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Console:
    console = Console(file=io.StringIO(), force_terminal=True, color_system=None, width=100)
    monkeypatch.setattr(bars, "console", console)
    return console
