"""`rr ingest`, and every command that takes a data set, on what it made."""

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from flows import cli
from flows.ingest import ingest
from flows.launch import launch
from rr_tasks.shards.reader import done_shards
from rr_tasks.storage.files import join, name_of
from schemas.parameters.ingest import IngestParameters
from schemas.shard import IngestSpec
from tests.kills import Job, Kills, moments, preloaded
from tests.pairs import lay_out
from tests.rows import read_rows
from tests.s3 import S3
from tests.samples import all_samples


def rr(*arguments: object, code: int = 0) -> Result:
    result = CliRunner().invoke(cli.app, [str(argument) for argument in arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code, result.output
    return result


@pytest.fixture(params=["local", "s3"])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "local":
        return str(tmp_path)
    s3: S3 = request.getfixturevalue("s3")
    return s3.url


def test_what_takes_a_data_set_takes_ingested_pairs(
    root: str, photographs: Path, tmp_path: Path
) -> None:
    lay_out(join(root, "RESIDE"), "reside", photographs)
    made = rr("ingest", "reside", join(root, "RESIDE"), root, "--shard-size", 4).stdout.strip()
    assert name_of(made).startswith("reside-")
    found = json.loads(rr("inspect", made, "--json").stdout)
    assert (found["finished_shards"], found["expected_shards"]) == (2, 2)
    assert found["mixtures"] == {"haze": 6}
    assert IngestSpec.model_validate_json(json.dumps(found["spec"]))
    assert "Data set of pairs laid out like reside" in rr("inspect", made).stdout
    page = tmp_path / "look.html"
    rr("inspect", made, "--html", page)
    assert page.read_text().count("<img ") > 4
    annotations = rr("annotate", made, "--output", root).stdout.strip()
    assert "nothing to do" in rr("annotate", made, "--output", root, "--refresh").stdout
    rr("export", "hf", made, join(root, "hub"), "--annotations", annotations)
    rr("export", "messages", made, join(root, "chats"))
    assert rr("migrate", made).stdout == f"{made}\n"
    for arguments in (("reasoner", made), ("restorer", made, annotations)):
        run = join(root, arguments[0])
        rr("train", *arguments, run, "--steps", 1, "--batch-size", 2)


def test_what_is_beyond_the_prior_is_skipped_without_failing(
    photographs: Path, tmp_path: Path
) -> None:
    lay_out(str(tmp_path / "CDD"), "cdd11", photographs)
    result = rr("ingest", "cdd11", tmp_path / "CDD", tmp_path / "data")
    assert "3 inputs skipped" in result.output
    assert "could not be used" not in result.output


def test_what_is_broken_makes_the_command_fail_at_its_end(
    photographs: Path, tmp_path: Path
) -> None:
    lay_out(str(tmp_path / "rain"), "rain13k", photographs)
    (tmp_path / "rain/train/target/1.jpg").unlink()
    result = rr("ingest", "rain13k", tmp_path / "rain", tmp_path / "data", code=1)
    assert "1 file could not be used" in result.output
    (made,) = (tmp_path / "data").glob("[!.]*")
    assert [marker.samples for marker in done_shards(str(made))] == [2]


def test_plain_pairs_are_told_on_the_command_line(photographs: Path, tmp_path: Path) -> None:
    mine, data = tmp_path / "mine", tmp_path / "data"
    lay_out(str(mine), "pairs", photographs)
    named = ("--clean", "sharp", "--degraded", "foggy")
    made = rr("ingest", "pairs", mine, data, *named, "--present", "noise, haze").stdout.strip()
    rows = read_rows(made)
    assert (rows["haze"] > 0).all()
    assert (rows["noise"] > 0).all()
    assert (rows["rain"] == 0).all()
    assert "'fog'" in rr("ingest", "pairs", mine, data, "--present", "fog", code=2).output
    assert "--present" in rr("ingest", "pairs", mine, data, *named, code=1).output
    wrong = rr("ingest", "sidd", mine, data, code=1)
    assert "expected files like" in wrong.output


def test_shards_are_task_runs_on_a_server(server: Path, photographs: Path, tmp_path: Path) -> None:
    lay_out(str(tmp_path / "rain"), "rain13k", photographs)
    parameters = IngestParameters(
        layout="rain13k", folder=str(tmp_path / "rain"), output=str(tmp_path / "s"), shard_size=2
    )
    made = launch(ingest, parameters)
    assert [marker.samples for marker in done_shards(made)] == [2, 1]
    here = ingest(parameters.model_copy(update={"output": str(tmp_path / "here")}))
    assert contents(made) == contents(here)


@pytest.fixture(scope="module")
def kills() -> Iterator[Kills]:
    with preloaded("flows.ingest") as kills:
        yield kills


def contents(folder: str) -> dict[str, Any]:
    return {
        path.name: json.loads(path.read_text()) | {"finished_at": None}
        if path.name.endswith(".done.json")
        else path.read_bytes()
        for path in Path(folder).iterdir()
    }


def test_a_run_that_is_killed_at_every_write_or_shared_ends_as_if_nothing_had_been(
    kills: Kills, photographs: Path, tmp_path: Path
) -> None:
    lay_out(str(tmp_path / "rain"), "rain100", photographs)

    def job(name: str) -> Job:
        parameters = IngestParameters(
            layout="rain100",
            folder=str(tmp_path / "rain"),
            output=str(tmp_path / name),
            shard_size=1,
            workers=1,
        )
        return Job("flows.ingest:ingest", parameters)

    whole = kills.run(job("whole"))
    for moment in moments(whole.writes[:6]):
        assert kills.run(job("killed"), die=moment).killed
    kills.run(job("killed"), kill_after=random.Random(0).uniform(0.0, whole.seconds))
    assert contents(kills.run(job("killed")).result) == contents(whole.result)
    both = [kills.start(job("shared")) for _ in range(2)]
    ended = [run.end() for run in both]
    assert sum(write.endswith(".tar") for run in ended for write in run.writes) == 3
    assert contents(ended[0].result) == contents(whole.result)
    assert len(all_samples(whole.result)) == 3
