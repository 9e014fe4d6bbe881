"""A restoration that is killed again and again ends, once it is left alone, as if nothing had been.

The real engine restores, on small photographs.
"""

import json
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import pytest

from rr_tasks.archive import layout
from rr_tasks.archive.ledger import last_rows
from rr_tasks.archive.plan import chunk_ids, current_items
from rr_tasks.storage.files import join, read_bytes
from rr_tasks.storage.filesystem import filesystem_of
from rr_tasks.storage.folders import open_folder
from schemas.archive import Chunk, RestoreParameters, RunSummary
from tests.kills import Attempt, Job, Kills, preloaded
from tests.s3 import S3
from tests.writes import Moment

PHOTOGRAPHS, FAILING = 12, 1
RANDOM_KILLS = 6


@pytest.fixture(scope="module")
def kills() -> Iterator[Kills]:
    with preloaded("flows.restore") as kills:
        yield kills


@pytest.fixture(params=["local", "s3"])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "local":
        return str(tmp_path)
    s3: S3 = request.getfixturevalue("s3")
    return s3.url


@pytest.fixture
def originals(root: str, photograph: Any) -> str:
    """Twelve noisy cuttings and a file that is no photograph."""
    folder = open_folder(join(root, "originals"))
    noise = random.Random(0)
    for number in range(PHOTOGRAPHS):
        cut = photograph[number : number + 40, 8 * number : 8 * number + 48].copy()
        cv2.randu(cut[::2], noise.randrange(40), 200)
        _, png = cv2.imencode(".png", cut)
        folder.write(f"{2000 + number % 3}/{number}.png", png.tobytes())
    folder.write("notes.jpg", b"Dear diary")
    return folder.url


def everything(folder: str) -> dict[str, bytes]:
    """Every object below a folder by its name, hidden ones included."""
    filesystem, path = filesystem_of(folder)
    return {
        found.removeprefix(f"{path}/"): read_bytes(filesystem.unstrip_protocol(found))
        for found in filesystem.find(path)
    }


def settled(content: dict[str, bytes]) -> dict[str, bytes]:
    """What does not depend on when and how fast it was made."""
    timed = ("ledger/", "report.html", "run.json", "source")
    return {
        name: data
        for name, data in content.items()
        if not name.startswith(tuple(f"{layout.OWN}/{start}" for start in timed))
    }


def check_ledger(output: str) -> None:
    """Each photograph has one outcome, and one that is true."""
    folder, outcomes = open_folder(output), Counter[str]()
    for chunk in chunk_ids(folder):
        rows = last_rows(folder, chunk)
        assert sorted(rows) == sorted(item.path for item in current_items(folder, Chunk(id=chunk)))
        for path, row in rows.items():
            outcomes[path] += 1
            status = folder.status(path)
            assert (status.size if status else None) == row.output_size
    assert len(outcomes) == PHOTOGRAPHS + FAILING
    assert set(outcomes.values()) == {1}


KINDS: tuple[Moment, ...] = (
    ("put source", "after"),
    ("put .00000.claim", "after"),
    (".png.prior.json", "after"),
    (".png", "before"),
    ("-before.jpg", "after"),
    ("put 0000001.jsonl", "before"),
    ("put 0000002.jsonl", "after"),
    ("remove 0000001.jsonl", "before"),
    ("remove 0000002.jsonl", "after"),
    (".png", "after"),
    ("put failures.csv", "after"),
    ("put run.json", "before"),
)
"""Endings of writes in the order in which they come; not all of them come on a disk."""


def one_of_each_kind(whole: Attempt) -> Iterator[Moment]:
    """Moments beside one write of every kind, each later in the job than the one before."""
    writes = list(whole.writes)
    for ending, side in KINDS:
        place = next((n for n, write in enumerate(writes) if write.endswith(ending)), None)
        if place is not None:
            yield writes[place], side
            del writes[: place + 1]


def first_chunk(whole: Attempt) -> set[str]:
    """Writes of photographs whose ledger was joined first."""
    joined = next(n for n, write in enumerate(whole.writes) if write.startswith("remove 0"))
    return {write for write in whole.writes[:joined] if write.endswith(".png")}


def test_kills_beside_writes_and_at_random_leave_no_trace(
    kills: Kills, root: str, originals: str
) -> None:
    def job(name: str, workers: int = 2) -> Job:
        parameters = RestoreParameters(
            input=originals, output=join(root, name), chunk_size=5, workers=workers
        )
        return Job("flows.restore:restore", parameters, {"rr_tasks.archive.ledger:PART_ROWS": 2})

    # One photograph at a time, so that every run writes in the same order.
    whole = kills.run(job("whole", workers=1))
    finished: set[str] = set()
    for moment in one_of_each_kind(whole):
        attempt = kills.run(job("killed", workers=1), die=moment)
        assert attempt.killed, moment
        assert not finished.intersection(attempt.writes)
        if moment[0].startswith("remove"):  # all rows of the first chunk are in storage
            finished = first_chunk(whole)
    ended = kills.run(job("killed", workers=1))
    check_end(root, "killed", ended.result, whole.result)
    for name, ended in kills.at_random(job, RANDOM_KILLS, root.partition(":")[0]):
        check_end(root, name, ended.result, whole.result)


def test_two_runs_at_once_share_the_archive(kills: Kills, root: str, originals: str) -> None:
    def job(name: str) -> Job:
        parameters = RestoreParameters(input=originals, output=join(root, name), chunk_size=2)
        return Job("flows.restore:restore", parameters)

    whole = kills.run(job("whole"))
    running = [kills.start(job("shared")) for _ in range(2)]
    ends = [run.end() for run in running]
    for ended in ends:
        check_end(root, "shared", ended.result, whole.result)
    written = Counter(write for ended in ends for write in ended.writes if write.endswith(".png"))
    assert set(written.values()) == {1}
    assert len(written) == PHOTOGRAPHS


def check_end(root: str, name: str, ended: RunSummary, whole: RunSummary) -> None:
    """As if nothing had been: outputs, ledger and figures, and nothing left behind."""
    assert ended.archive == whole.archive
    assert ended.archive.failed == FAILING
    assert ended.counts.total == ended.found == PHOTOGRAPHS + FAILING
    content = everything(join(root, name))
    assert settled(content) == settled(everything(join(root, "whole")))
    check_ledger(join(root, name))
    assert not [path for path in content if ".part" in path or path.endswith(".claim")]
    assert not [path for path in content if path.count("/") == 3 and "ledger" in path]
    summary = json.loads(content[layout.SUMMARY])
    assert summary["archive"] == whole.archive.model_dump()
