"""Work that is asked to end does so between two photographs, samples or steps."""

from pathlib import Path

import pytest

from rr_tasks.archive.crew import Crew
from rr_tasks.progress import Progress, report
from rr_tasks.shards.writer import write_shard
from rr_tasks.stopping import Stopped, stop_if_asked, stoppable, until_asked
from schemas.shard import SampleRow


def test_nothing_ends_that_nobody_asked_to_end() -> None:
    with stoppable():
        assert list(until_asked(range(3))) == [0, 1, 2]
    with stoppable() as asked:
        asked.set()
    report(Progress("a", 1))
    stop_if_asked()


def report_in_another_thread() -> None:
    with Crew(1, "test") as crew:
        crew.submit(report, Progress("a", 2))


def test_work_ends_where_it_reports_and_in_all_its_threads() -> None:
    with stoppable() as asked:
        report_in_another_thread()
        asked.set()
        with pytest.raises(Stopped):
            report_in_another_thread()


def test_a_shard_that_is_given_up_leaves_nothing(tmp_path: Path) -> None:
    made: list[int] = []
    with stoppable() as asked:

        def outcomes() -> object:
            for index in range(5):
                made.append(index)
                if index == 2:
                    asked.set()
                yield SampleRow(key=f"{index:010d}", source="a.png", status="failed"), None

        with pytest.raises(Stopped):
            write_shard(str(tmp_path), 0, "0" * 16, 1, outcomes())  # type: ignore[arg-type]
    assert made == [0, 1, 2]
    assert not list(tmp_path.iterdir())
