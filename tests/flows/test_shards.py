import re
import threading
import time

import pytest
from rich.console import Console

from flows.shards import run_shards, share_shards
from rr_tasks import cpu
from rr_tasks.storage.held import Held


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
    return run_shards(work, range(count), 10, label=label, workers=workers)


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


def test_a_bar_shows_what_is_done_while_it_is_done(shown: Console) -> None:
    seen: list[str] = []

    def look(shard: int) -> None:
        time.sleep(0.15)  # the bar is drawn ten times a second
        seen.append(shown.file.getvalue().replace(" ", ""))  # type: ignore[attr-defined]

    run_shards(look, range(3), label="Look at shards", workers=1)
    assert "2/3" in seen[2]
    assert "3/3" not in seen[2]
    assert "Lookatshards" in seen[0]
    assert "3/3" in shown.file.getvalue()  # type: ignore[attr-defined]


def test_no_bar_is_drawn_for_tasks_that_report_themselves(shown: Console) -> None:
    run(Work(), 3, 1)
    assert shown.file.getvalue() == ""  # type: ignore[attr-defined]


def test_no_bar_is_drawn_where_nothing_is_to_do(shown: Console) -> None:
    assert share_shards(Work(), [], 10, label="Annotate shards", finished={}) == []
    assert shown.file.getvalue() == ""  # type: ignore[attr-defined]


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
    assert share_shards(sharing, range(5), label="Share", workers=workers, finished={}) == [
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
    assert re.search(
        r"Shard 00001 is being made by another run; waiting, but only until \d\d:\d\d:\d\d if that",
        said,
    )
    assert "5/5" in said


def test_a_failure_of_a_shared_shard_is_raised(shown: Console) -> None:
    with pytest.raises(OSError, match="shard 1 broke"):
        share_shards(Work(1), range(3), 10, label="Share", finished={})


@pytest.mark.parametrize("workers", [1, 2])
def test_no_task_is_run_for_what_earlier_runs_finished(shown: Console, workers: int) -> None:
    work = Work()
    finished = {0: 7, 3: 8, 9: 9}
    results = share_shards(work, range(4), 10, label="Share", workers=workers, finished=finished)
    assert results == [7, 10, 20, 8]
    assert sorted(work.begun) == [1, 2]


def test_the_bar_counts_what_earlier_runs_finished(shown: Console) -> None:
    seen: list[str] = []

    def look(shard: int) -> int:
        time.sleep(0.15)  # the bar is drawn ten times a second
        seen.append(shown.file.getvalue().replace(" ", ""))  # type: ignore[attr-defined]
        return shard

    share_shards(look, range(4), label="Share", workers=1, finished={0: 0, 1: 1})
    assert "2/4" in seen[0]


def test_a_stage_has_a_worker_for_each_core_that_it_may_use(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cpu, "available_cpus", lambda: 3)
    work = Work(pause=0.05)
    run_shards(work, range(6), 10, label=None)
    assert work.most_at_work == 3
