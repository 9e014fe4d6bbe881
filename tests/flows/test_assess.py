"""`rr assess` from the command line: what it makes, in S3 too, and after being killed."""

from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner, Result

from flows import cli
from flows.assess import Assessment, assess
from flows.ingest import ingest
from flows.launch import launch
from rr_tasks.storage.files import name_of
from schemas.parameters.assessment import AssessParameters
from schemas.parameters.ingest import IngestParameters
from tests.kills import Job, preloaded
from tests.pairs import lay_out
from tests.s3 import S3

FILES = (
    "assessment.parquet",
    "assessment.json",
    "assessment.md",
    "assessment.html",
    "reliability.svg",
    "confusion.svg",
)


SMALL = "rr_tasks.evaluation.diagnosis.setting:JPEG_SIDE"


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """All photographs are small, so that a run takes a second."""
    monkeypatch.setattr(SMALL.replace(":", "."), 64)


def run(*arguments: object) -> Result:
    quick = ("--sources", "cdd11-like", "--rounds", 1, "--short-sides", 96)
    words = [str(argument) for argument in ("assess", *arguments, *quick)]
    return CliRunner().invoke(cli.app, words, env={"COLUMNS": "160"})


def asked(heldout: Path, output: Path) -> AssessParameters:
    return AssessParameters(
        photographs=str(heldout),
        output=str(output),
        sources=("cdd11-like",),
        rounds=1,
        short_sides=(96,),
    )


@pytest.fixture
def parameters(heldout: Path, tmp_path: Path) -> AssessParameters:
    return asked(heldout, tmp_path / "out")


@pytest.fixture(scope="module")
def whole(heldout: Path, tmp_path_factory: pytest.TempPathFactory) -> Assessment:
    """What comes of a run in a folder that nobody kills."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SMALL.replace(":", "."), 64)
        return launch(assess, asked(heldout, tmp_path_factory.mktemp("whole")))


def test_it_shows_its_tables_and_where_the_page_lies(heldout: Path, tmp_path: Path) -> None:
    result = run(heldout, tmp_path / "out")
    assert result.exit_code == 0, result.output
    for words in (
        "Sources",
        "Clean photographs",
        "taken for",
        "Calibration",
        "144 x 96",
        "assessment.html",
    ):
        assert words in result.stdout
    rows = pl.read_parquet(tmp_path / "out" / "assessment.parquet")
    assert len(rows) == 16 + 15 + 44 + 16 + 16


def test_other_sources_and_sizes_are_refused_in_a_line(heldout: Path, tmp_path: Path) -> None:
    arguments = ["assess", "in", str(tmp_path), "--short-sides", "9000"]
    result = CliRunner().invoke(cli.app, arguments)
    assert result.exit_code == 2
    assert [line.split(": ")[1] for line in result.stderr.splitlines()] == ["--short-sides"]
    arguments = ["assess", "in", str(tmp_path), "--sources", "edge-v2", "--sources", "edge-v2"]
    assert "name at least one, and each once" in CliRunner().invoke(cli.app, arguments).stderr
    arguments = ["assess", str(heldout), str(tmp_path), "--sources", "edge-v2", "--sources", "none"]
    result = CliRunner().invoke(cli.app, arguments)
    assert result.exit_code == 1
    assert "there is no source none; name edge-default, " in result.stderr.replace("\n", " ")


def test_pairs_that_others_degraded_are_a_source(
    parameters: AssessParameters, photographs: Path, tmp_path: Path
) -> None:
    source = str(tmp_path / "reside")
    lay_out(source, "reside", photographs)
    made = launch(ingest, IngestParameters(layout="reside", folder=source, output=str(tmp_path)))
    sources = ("cdd11-like", made)
    assessment = launch(assess, parameters.model_copy(update={"sources": sources}))
    compared = assessment.figures.sources
    assert compared["source"].to_list() == ["cdd11-like", name_of(made)]
    assert compared["training"].to_list() == ["as edge-default", "no"]
    assert compared["haze"].null_count() == 0
    assert compared["rain"].to_list()[1] is None  # nothing tells how often rain is found


def test_it_is_the_same_in_object_storage(
    s3: S3, parameters: AssessParameters, whole: Assessment
) -> None:
    there = launch(assess, parameters.model_copy(update={"output": s3.url}))
    assert there.page == f"{s3.url}/assessment.html"
    for name, table in whole.figures.tables().items():
        assert table.equals(there.figures.tables()[name])


def test_killed_anywhere_it_goes_on_to_the_same_files(
    parameters: AssessParameters, whole: Assessment
) -> None:
    with preloaded("flows.assess") as kills:
        job = Job("flows.assess:assess", parameters, {SMALL: 64})
        for name in ("000002.parquet", "assessment.md"):
            assert kills.run(job, die=(f"put {name}", "before")).killed
        assert not kills.run(job).killed
    for name in FILES:
        wanted = Path(whole.page).with_name(name).read_bytes()
        assert Path(parameters.output, name).read_bytes() == wanted, name
