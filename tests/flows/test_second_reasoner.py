"""A reasoner of another kind goes through every stage, and one that has no answer stops none."""

import json
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import polars as pl
import pytest
from typer.testing import CliRunner, Result

from flows import cli
from rr_tasks.reasoner import load
from rr_tasks.reasoner.protocol import Reasoner
from schemas.diagnosis import Diagnosis
from tests.commands import only_error
from tests.reasoners import RAMBLING, RuleReasoner
from tests.rows import read_rows

Rr = Callable[..., Result]


@pytest.fixture(autouse=True)
def _chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    def load_rules(_weights: str | None) -> Reasoner:
        return RuleReasoner()

    monkeypatch.setattr(load, "_load_edge", load_rules)


@pytest.fixture
def rr() -> Rr:
    def run(*arguments: object, code: int = 0) -> Result:
        words = [str(argument) for argument in arguments]
        result = CliRunner().invoke(cli.app, words, env={"COLUMNS": "160"})
        assert result.exit_code == code, result.output
        return result

    return run


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """A pale photograph, a dark one and one in between."""
    folder = tmp_path / "archive"
    folder.mkdir()
    texture = np.random.default_rng(0).integers(-20, 20, (12, 16, 3)).astype(np.int16)
    texture = cv2.resize(texture, (192, 144), interpolation=cv2.INTER_NEAREST)
    for name, level in (("pale", 200), ("dark", 40), ("plain", 155)):
        cv2.imwrite(str(folder / f"{name}.png"), (level + texture).astype(np.uint8))
    return folder


def test_a_photograph_without_a_diagnosis_is_one_line(rr: Rr, archive: Path) -> None:
    result = rr("diagnose", "--json", *sorted(archive.iterdir()), code=1)
    found = [Diagnosis.model_validate_json(line) for line in result.stdout.splitlines()]
    assert [Path(one.path).stem for one in found] == ["pale", "plain"]
    assert [one.prior.order for one in found] == [("haze",), ()]
    line = only_error(result)
    assert line == f"{archive}/dark.png: the reasoner has no diagnosis of it: no JSON object"


def test_it_restores_an_archive_and_what_it_cannot_diagnose_has_failed(
    rr: Rr, archive: Path, tmp_path: Path
) -> None:
    output = tmp_path / "restored"
    rr("restore", archive, output, code=1)
    summary = json.loads((output / "_rr" / "run.json").read_text())
    assert summary["engine"].startswith(f"{RuleReasoner.identity} restorer ")
    counts = {outcome: count for outcome, count in summary["counts"].items() if count}
    assert counts == {"restored": 1, "clean": 1, "failed": 1}
    failures = pl.read_csv(output / "_rr" / "failures.csv")
    assert failures.rows() == [("dark.png", "the reasoner has no diagnosis of it: no JSON object")]


def test_it_annotates_a_data_set_and_says_how_many_samples_it_could_not(
    rr: Rr, dataset: str, tmp_path: Path
) -> None:
    result = rr("annotate", dataset, "--output", tmp_path, code=1)
    rows = read_rows(result.stdout.strip())
    failed = rows.filter(status="failed")
    assert (len(rows), set(failed["answer"])) == (48, {RAMBLING})
    assert f"Error: {len(failed)} of 48 photographs could not be diagnosed" in result.stderr


def test_it_is_evaluated_on_what_it_can_diagnose(rr: Rr, heldout: Path, tmp_path: Path) -> None:
    result = rr("evaluate", heldout, tmp_path)
    (table,) = tmp_path.glob("rows/*/diagnosis.csv")
    diagnosis = pl.read_csv(table)
    (undiagnosed,) = set(diagnosis["undiagnosed"])
    assert 0 < undiagnosed < 16
    assert set(diagnosis["samples"]) == {16 - undiagnosed}
    assert f"Not diagnosed and left out: {undiagnosed} samples (no JSON object)" in result.stdout
    quality = pl.read_csv(table.with_name("quality.csv"))
    of_sets = quality.filter(~pl.col("set").str.contains("with|all"))
    assert of_sets["samples"].sum() == 16 - undiagnosed


def test_it_is_assessed_on_what_it_can_diagnose(rr: Rr, heldout: Path, tmp_path: Path) -> None:
    quick = ("--sources", "cdd11-like", "--rounds", 1, "--short-sides", 96)
    result = rr("assess", heldout, tmp_path, *quick)
    rows = pl.read_parquet(tmp_path / "assessment.parquet")
    told = rows.filter(pl.col("undiagnosed").is_null())
    assert 0 < len(told) < len(rows)
    assert told.filter(pl.col("part") == "blend")["expected"].null_count() == 0
    counted = rows["undiagnosed"].drop_nulls().value_counts()
    for reason, samples in counted.iter_rows():
        assert f"Not diagnosed and left out: {samples} samples ({reason})" in result.stdout
    page = (tmp_path / "assessment.md").read_text()
    assert f"Left out of every figure: {len(rows) - len(told)} samples" in page
    figures = json.loads((tmp_path / "assessment.json").read_text())
    assert sum(row["samples"] for row in figures["confusion"]) == len(
        told.filter(pl.col("part") == "source")
    )
