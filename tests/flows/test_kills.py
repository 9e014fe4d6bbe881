"""Runs that are killed at any moment end, once they are left alone, as if nothing had been."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rr_tasks.storage.files import join, name_of, read_bytes
from rr_tasks.storage.filesystem import filesystem_of
from schemas.parameters.annotation import AnnotateParameters
from schemas.parameters.synthesis import SynthesizeParameters
from tests.kills import BOTH, Attempt, Job, Kills, Side, moments, preloaded
from tests.s3 import S3
from tests.samples import all_samples

RANDOM_KILLS = 6
JobFor = Callable[..., Job]


@pytest.fixture(scope="module")
def kills() -> Iterator[Kills]:
    with preloaded("flows.synthesize", "flows.annotate") as kills:
        yield kills


@pytest.fixture(params=["local", "s3"])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "local":
        return str(tmp_path)
    s3: S3 = request.getfixturevalue("s3")
    return s3.url


@pytest.fixture
def synthesis(root: str, photographs: Path) -> JobFor:
    def job(name: str, shards: int = 2, **patches: Any) -> Job:
        parameters = SynthesizeParameters(
            photographs=str(photographs),
            output=join(root, name),
            samples=2 * shards,
            shard_size=2,
            workers=1,
        )
        return Job("flows.synthesize:synthesize", parameters, patches)

    return job


@pytest.fixture
def annotation(kills: Kills, synthesis: JobFor, root: str) -> JobFor:
    shards: str = kills.run(synthesis("source")).result

    def job(name: str) -> Job:
        parameters = AnnotateParameters(shards=shards, output=join(root, name), workers=1)
        return Job("flows.annotate:annotate", parameters)

    return job


def everything(folder: str) -> dict[str, Any]:
    """Every object below a folder, hidden ones included; markers without their time."""
    filesystem, path = filesystem_of(folder)
    contents: dict[str, Any] = {}
    for found in filesystem.find(path):
        content = read_bytes(filesystem.unstrip_protocol(found))
        name = found.removeprefix(path)
        if name.endswith(".done.json"):
            contents[name] = json.loads(content) | {"finished_at": None}
        else:
            contents[name] = content
    return contents


def unfinished_uploads(folder: str) -> list[str]:
    filesystem, path = filesystem_of(folder)
    if "s3" not in filesystem.protocol:
        return []
    bucket, prefix, _ = filesystem.split_path(path)
    found = filesystem.call_s3("list_multipart_uploads", Bucket=bucket, Prefix=prefix)
    return [name_of(upload["Key"]) for upload in found.get("Uploads", ())]


def check_same(kills: Kills, folder: str, whole: str, samples: int) -> None:
    assert name_of(folder) == name_of(whole)
    assert everything(folder) == everything(whole)
    assert len(all_samples(folder)) == samples
    assert not unfinished_uploads(folder)
    assert not list(kills.scratch.iterdir())


@pytest.mark.parametrize(("stage", "sides"), [("synthesis", BOTH), ("annotation", ("after",))])
def test_a_job_that_is_killed_at_every_write_and_at_random_ends_as_if_nothing_had_been(
    kills: Kills, stage: str, sides: tuple[Side, ...], root: str, request: pytest.FixtureRequest
) -> None:
    job: JobFor = request.getfixturevalue(stage)
    whole = kills.run(job("whole"))
    first_shard = whole.writes[: 1 + whole.writes.index("remove .00000.done.json.claim")]
    inputs = ("put .inputs-", "put .photographs")
    remembered = [write for write in first_shard if write.startswith(inputs)]
    renewed = first_shard.count("put .00000.done.json.claim") - 1  # where the run is slow
    # spec, claim, tar, rows, marker, claim
    assert len(first_shard) - len(remembered) - renewed == 6
    for moment in moments(first_shard, sides):
        assert kills.run(job("killed"), die=moment).killed, moment
    ended = kills.run(job("killed"))
    check_same(kills, ended.result, whole.result, samples=4)
    for _, ended in kills.at_random(job, RANDOM_KILLS, stage):
        check_same(kills, ended.result, whole.result, samples=4)


def test_two_runs_at_once_make_each_shard_once(kills: Kills, synthesis: JobFor) -> None:
    whole = kills.run(synthesis("whole", 4))
    both = [kills.start(synthesis("shared", 4)) for _ in range(2)]
    first, second = (run.end() for run in both)
    assert sorted(tars(first) + tars(second)) == tars(whole)
    check_same(kills, first.result, whole.result, samples=8)


def test_what_another_run_makes_is_left_to_it_and_waited_for(
    kills: Kills, synthesis: JobFor
) -> None:
    slow = kills.start(synthesis("shared", 3), stop=("put 00001.tar", "before"))
    slow.wait_for("put 00001.tar")
    quick = kills.start(synthesis("shared", 3))
    quick.wait_for("Shard 00001 is being made by another run on")
    slow.go_on()
    first, second = slow.end(), quick.end()
    assert tars(first) == ["put 00000.tar", "put 00001.tar"]
    assert tars(second) == ["put 00002.tar"]
    check_same(kills, first.result, kills.run(synthesis("whole", 3)).result, samples=6)


def test_the_shard_of_a_run_that_is_killed_meanwhile_is_taken_over(
    kills: Kills, synthesis: JobFor
) -> None:
    dying = kills.start(synthesis("shared"), stop=("put 00000.parquet", "after"))
    dying.wait_for("put 00000.parquet")
    other = kills.start(synthesis("shared"))
    other.wait_for("Shard 00000 is being made by another run on")
    dying.kill()
    assert dying.end().killed
    ended = other.end()
    assert tars(ended) == ["put 00001.tar", "put 00000.tar"]
    whole = kills.run(synthesis("whole"))
    check_same(kills, kills.run(synthesis("shared")).result, whole.result, samples=4)


def test_an_upload_in_parts_of_a_killed_run_stays_invisible_and_goes_when_it_is_old(
    kills: Kills, synthesis: JobFor, s3: S3, root: str
) -> None:
    if root != s3.url:
        pytest.skip("local files are not uploaded")
    in_parts = {
        "rr_tasks.storage.uploads:_SINGLE_PUT": 0,
        "rr_tasks.storage.uploads:_PART": 5 << 20,  # the least that S3 allows
        "rr_tasks.degrade.synthesis:encode_png": swollen,
    }
    whole = kills.run(synthesis("whole", 1, **in_parts))
    assert whole.writes.count("part 00000.tar") == 3
    for moment in (("begin 00000.tar", "after"), ("part 00000.tar", "after")):
        assert kills.run(synthesis("killed", 1, **in_parts), die=moment).killed
    assert unfinished_uploads(root) == ["00000.tar"] * 2
    ended = kills.run(synthesis("killed", 1, **in_parts))
    assert len(unfinished_uploads(root)) == 2  # they may be those of another run
    old = {"rr_tasks.storage.leftovers:STALE": timedelta(0)}
    kills.run(synthesis("killed", 1, **old))
    check_same(kills, ended.result, whole.result, samples=2)


def swollen(image: np.ndarray) -> bytes:
    """So long that the tar of two samples goes in three parts."""
    return image.tobytes().ljust(3 << 20)


def tars(attempt: Attempt) -> list[str]:
    return [write for write in attempt.writes if write.endswith(".tar") and "put" in write]
