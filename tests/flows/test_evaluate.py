"""Evaluations on pairs that somebody else made."""

from itertools import product
from pathlib import Path
from typing import Any

import cv2
import polars as pl
import pytest
from typer.testing import CliRunner

from flows.cli import app
from flows.cli.failure import WRONG_OPTION
from flows.evaluation_set import LAYOUT, make_evaluation_set
from rr_tasks.ingest.pairs import SKIPPED
from rr_tasks.ingest.shard import UnclearLayoutError
from rr_tasks.shards.reader import failed_inputs
from schemas.evaluation import BenchmarkName, StrangerGridName
from schemas.parameters.evaluation import EvaluateParameters
from schemas.prior.current import DEGRADATIONS
from tests.commands import Rr
from tests.flows.cli.conftest import rr
from tests.pairs import PLACES, degraded_like, lay_out, write
from tests.rows import read_rows

__all__ = ["rr"]


@pytest.fixture
def one_photograph(photographs: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "one"
    folder.mkdir()
    first = min(photographs.iterdir())
    (folder / first.name).write_bytes(first.read_bytes())
    return folder


@pytest.mark.parametrize(
    ("recipe", "types"),
    [("agenticir", ("haze", "blur", "rain", "noise")), ("cdd11", ("haze", "rain", "noise"))],
)
def test_strangers_degrade_each_photograph_in_all_ways(
    recipe: StrangerGridName, types: tuple[str, ...], photographs: Path, tmp_path: Path
) -> None:
    asked = EvaluateParameters(
        photographs=str(photographs), output=str(tmp_path / "out"), recipe=recipe
    )
    rows = read_rows(make_evaluation_set(asked)).filter(status="ok")
    made = {tuple(bool(one[name]) for name in DEGRADATIONS) for one in rows.to_dicts()}
    ways = product(*((False, True) if name in types else (False,) for name in DEGRADATIONS))
    assert made == {*ways}
    assert len(rows) == len(made) * len(list(photographs.iterdir()))


@pytest.mark.parametrize("benchmark", [name for name in LAYOUT if name != "folder"])
def test_a_benchmark_is_found_by_its_name(
    benchmark: BenchmarkName, one_photograph: Path, tmp_path: Path
) -> None:
    folder = tmp_path / benchmark
    lay_out(str(folder), LAYOUT[benchmark], one_photograph)
    asked = EvaluateParameters(
        photographs=str(folder), output=str(tmp_path / "out"), benchmark=benchmark
    )
    shards = make_evaluation_set(asked)
    rows = read_rows(shards).filter(status="ok")
    places = PLACES[LAYOUT[benchmark]]
    known = [names for path, _, names in places if "/low/" not in path]
    assert len(rows) == len(known)
    for name in {name for names in known for name in names}:
        assert rows[name].max() > 0
    skipped = failed_inputs(shards)["error"]
    assert len(skipped) == len(places) - len(known)
    assert skipped.str.starts_with(SKIPPED).all()


@pytest.mark.parametrize(
    "asked",
    [
        {"benchmark": "folder"},
        {"benchmark": "sots", "present": ("haze",)},
        {"present": ("haze",)},
    ],
)
def test_only_users_know_what_degrades_their_own_pairs(
    asked: dict[str, Any], one_photograph: Path, tmp_path: Path
) -> None:
    parameters = EvaluateParameters(
        photographs=str(one_photograph), output=str(tmp_path / "out"), **asked
    )
    with pytest.raises(UnclearLayoutError, match="--benchmark folder and --present go together"):
        make_evaluation_set(parameters)


def test_a_recipe_beside_a_benchmark_is_refused_in_one_line(tmp_path: Path) -> None:
    asked = ("evaluate", tmp_path, tmp_path / "out", "--benchmark", "sots", "--recipe", "cdd11")
    refused = CliRunner().invoke(app, [str(one) for one in asked])
    assert refused.exit_code == WRONG_OPTION
    assert refused.stderr.splitlines()[-1].startswith("Error: a recipe degrades photographs, and")
    assert not (tmp_path / "out").exists()


def test_own_pairs_are_compared_with_baselines_and_shown(
    rr: Rr, one_photograph: Path, tmp_path: Path
) -> None:
    (source,) = one_photograph.iterdir()
    clean = cv2.imread(str(source), cv2.IMREAD_COLOR_RGB)
    pairs = tmp_path / "pairs"
    write(f"{pairs}/clean/a.png", clean)
    write(f"{pairs}/degraded/a.png", degraded_like(clean, ("noise",)))
    asked = ("--benchmark", "folder", "--present", "noise", "--baselines")
    shown = rr("evaluate", pairs, tmp_path / "out", *asked).stdout
    assert "Comparison" in shown
    assert "LPIPS" in shown.upper()
    (table,) = (tmp_path / "out" / "rows").glob("*/comparison.csv")
    methods = pl.read_csv(table).filter(set="noise", score="psnr")["method"].to_list()
    assert methods == ["none", "non-local means", "rr"]
    page = table.with_name("gallery.html").read_text(encoding="utf-8")
    assert page.count("<figure>") == 1
    before = {path: path.stat().st_mtime_ns for path in table.parent.glob("gallery.*")}
    rr("evaluate", pairs, tmp_path / "out", *asked)
    assert {path: path.stat().st_mtime_ns for path in before} == before
