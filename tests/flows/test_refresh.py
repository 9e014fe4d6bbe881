"""Annotations made anew, by the command line and by processes that are killed."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner, Result

from flows import cli
from flows.annotate import annotate
from flows.launch import launch
from flows.refresh import Refreshed, refresh, refresh_all
from flows.synthesize import synthesize
from rr_tasks.shards.reader import OtherDataSetError, done_shards
from rr_tasks.storage.failure import MissingFileError
from rr_tasks.storage.files import join, list_files, read_bytes
from schemas.parameters.annotation import (
    AnnotateParameters,
    RefreshAllParameters,
    RefreshParameters,
)
from schemas.parameters.synthesis import SynthesizeParameters
from tests.kills import Job, Kills, preloaded
from tests.s3 import S3
from tests.samples import all_samples

Rr = Callable[..., Result]


@pytest.fixture(scope="module")
def kills() -> Iterator[Kills]:
    with preloaded("flows.refresh") as kills:
        yield kills


@pytest.fixture(params=["local", "s3"])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "local":
        return str(tmp_path / "sets")
    s3: S3 = request.getfixturevalue("s3")
    return s3.url


@pytest.fixture
def shards(photographs: Path, root: str) -> str:
    """Three shards of one sample."""
    return launch(
        synthesize,
        SynthesizeParameters(photographs=str(photographs), output=root, samples=3, shard_size=1),
    )


@pytest.fixture
def rr() -> Rr:
    def run(*arguments: str, code: int = 0) -> Result:
        result = CliRunner().invoke(cli.app, list(arguments), env={"COLUMNS": "100"})
        assert result.exit_code == code, result.output
        return result

    return run


def contents(root: str) -> dict[str, bytes]:
    """Every file but markers and pages, which hold the time."""
    return {
        url: read_bytes(url)
        for url in list_files(root)
        if not url.endswith((".done.json", "report.html"))
    }


def refreshed(shards: str, **changes: Any) -> Refreshed:
    return launch(refresh, RefreshParameters(shards=shards, **changes))


def test_only_what_is_stale_is_diagnosed_and_then_compared(
    shards: str, root: str, reasoner: str
) -> None:
    old = launch(annotate, AnnotateParameters(shards=shards))
    before = contents(root)
    dry = refreshed(shards, reasoner=reasoner, dry_run=True)
    assert [one.state for one in dry.plan.shards] == ["stale"] * 3
    assert dry.estimate is not None
    assert dry.estimate.samples == 3
    assert contents(root) == before

    done = refreshed(shards, reasoner=reasoner)
    assert done.plan.folder == dry.plan.folder != old
    assert len(done_shards(done.plan.folder)) == 3
    assert all_samples(done.plan.folder).keys() == all_samples(old).keys()
    assert done.comparison is not None
    totals = done.comparison.difference.totals.row(0, named=True)
    assert (totals["samples"], totals["equal"], totals["only_new"]) == (3, 0, 0)
    after = contents(root)
    assert {url: after[url] for url in before} == before
    assert b"Diagnoses, old and new" in read_bytes(done.comparison.report)

    again = refreshed(shards, reasoner=reasoner)
    assert again.plan.pending == ()
    assert again.comparison is not None
    assert again.comparison.difference.changes.equals(done.comparison.difference.changes)
    assert contents(root) == after


def test_going_back_compares_the_other_way_round(shards: str, reasoner: str) -> None:
    launch(annotate, AnnotateParameters(shards=shards))
    there = refreshed(shards, reasoner=reasoner).comparison
    back = refreshed(shards)
    assert back.plan.pending == ()
    assert there is not None
    assert back.comparison is not None
    one, other = there.difference.changes, back.comparison.difference.changes
    assert one["appeared"].equals(other["vanished"], check_names=False)
    assert one["found_new"].equals(other["found_old"], check_names=False)


def test_a_data_set_that_was_never_annotated_is_annotated_whole(shards: str) -> None:
    found = refreshed(shards)
    assert [one.state for one in found.plan.shards] == ["missing"] * 3
    assert found.comparison is None
    assert launch(annotate, AnnotateParameters(shards=shards)) == found.plan.folder
    assert len(done_shards(found.plan.folder)) == 3


def test_all_data_sets_of_a_folder_are_renewed_and_a_damaged_one_stops_no_other(
    photographs: Path, tmp_path: Path
) -> None:
    asked = RefreshAllParameters(sets=str(tmp_path / "sets"))
    assert refresh_all(asked) == []
    for seed in (1, 2):
        synthesize(
            SynthesizeParameters(
                photographs=str(photographs), output=asked.sets, samples=1, seed=seed
            )
        )
    assert [one.plan.pending[0].state for one in refresh_all(asked)] == ["missing", "missing"]
    assert [one.plan.pending for one in refresh_all(asked)] == [(), ()]
    damaged = tmp_path / "sets" / "a-0123456789abcdef"
    damaged.mkdir()
    (damaged / "spec.json").write_text("{")
    last = sorted((tmp_path / "sets").glob("annotations-*/00000.done.json"))[-1]
    last.unlink()
    with pytest.raises(OtherDataSetError, match="a-0123456789abcdef"):
        refresh_all(asked)
    assert last.exists()


@pytest.mark.parametrize("root", ["local"], indirect=True)
def test_the_command_says_what_it_would_do_and_what_it_did(
    rr: Rr, shards: str, reasoner: str
) -> None:
    old = rr("annotate", shards).stdout.strip()
    command = ("annotate", shards, "--refresh", "--reasoner", reasoner)
    dry = rr(*command, "--dry-run").stdout
    assert "because of reasoner" in dry
    assert "for 3 samples, at " in dry
    assert "Would fill" in dry
    assert "Would compare to" in dry
    assert old in dry.replace("\n", "")
    shown = rr(*command, "--against", old).stdout
    folder = shown.splitlines()[-1]
    assert Path(folder).is_dir()
    assert "3 diagnoses compared; equal apart from who wrote them: 0" in shown
    assert "Would" not in shown
    assert "Would fill" not in rr(*command, "--dry-run").stdout
    (report,) = Path(folder).parent.glob("comparison-*/report.html")
    assert str(report) in shown
    rows = pl.read_parquet(report.parent / "*.parquet")
    assert rows["key"].to_list() == ["000000000", "000010000", "000020000"]


@pytest.mark.parametrize("root", ["local"], indirect=True)
def test_what_cannot_be_refreshed_is_one_line(rr: Rr, shards: str, tmp_path: Path) -> None:
    none = str(tmp_path / "none")
    for arguments, words in (
        ((none,), f"{none}: no data set here"),
        ((shards, "--against", none), f"{none}: no annotations here"),
        ((shards, "--against", shards), "not written by `rr annotate`"),
    ):
        result = rr("annotate", *arguments, "--refresh", code=1)
        assert words in result.stderr
        assert "Traceback" not in result.output
    for option in (("--dry-run",), ("--against", none)):
        assert "go with --refresh" in rr("annotate", shards, *option, code=2).stderr
    with pytest.raises(MissingFileError):
        read_bytes(join(none, "spec.json"))


def test_a_refresh_that_is_killed_beside_its_writes_ends_as_if_nothing_had_been(
    kills: Kills, shards: str, root: str, reasoner: str, tmp_path: Path
) -> None:
    old = launch(annotate, AnnotateParameters(shards=shards))
    job = Job("flows.refresh:refresh", RefreshParameters(shards=shards, reasoner=reasoner))
    for write in ("put 00001.tar", "put 00001.done.json", "put changes.csv"):
        assert kills.run(job, die=(write, "after")).killed
    ended: Refreshed = kills.run(job).result
    elsewhere = refreshed(shards, reasoner=reasoner, output=str(tmp_path / "else"), against=old)
    expected = _by_name(contents(str(tmp_path / "else")))
    made = _by_name(contents(root))
    assert {name: made[name] for name in expected} == expected
    assert ended.comparison is not None
    assert elsewhere.comparison is not None
    assert ended.comparison.difference.totals.equals(elsewhere.comparison.difference.totals)


def _by_name(found: dict[str, bytes]) -> dict[str, bytes]:
    return {"/".join(url.rsplit("/", 2)[1:]): content for url, content in found.items()}
