import importlib
from pathlib import Path
from types import ModuleType

import polars as pl
import pytest

from rr_tasks.evaluation.images.artefacts.catalogue import ARTEFACTS

FOLDER = Path(__file__).parents[4] / "infra" / "studies" / "restorer"
SAMPLES = 40


@pytest.fixture
def comparing(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(FOLDER)
    return importlib.import_module("comparing")


def rows(left: float, *, psnr: float = 20.0) -> pl.DataFrame:
    """Samples of four photographs, with residual severities of 1 to 40 and two clean ones."""
    numbers = pl.int_range(1, SAMPLES + 1, eager=True)
    measured = {
        f"{name}_{side}": pl.Series([1.0] * SAMPLES)
        for name in ("ssim", *ARTEFACTS)
        for side in ("before", "after")
    }
    return pl.DataFrame(
        {
            "key": numbers.cast(pl.String),
            "photograph": (numbers % 4).cast(pl.String),
            "combination": ["clean", "clean", *["haze"] * (SAMPLES - 2)],
            "severity_before": [100.0] * SAMPLES,
            "severity_after": left * numbers,
            "psnr_before": [20.0] * SAMPLES,
            "psnr_after": psnr + (numbers - 20.5) / 1000,
            **measured,
        }
    )


def test_falls_are_relative_to_what_was_left_before(comparing: ModuleType) -> None:
    start, after = rows(1.0), rows(0.9, psnr=20.02)
    found = comparing.compare(start, [after, after])
    assert found["fall"].value == pytest.approx(10.0)
    assert found["fall_worst"].value == pytest.approx(10.0)
    assert found["fall"].low < 10.0 < found["fall"].high
    assert found["psnr_gain"].value == pytest.approx(0.02)
    assert found["more_worse"].value == pytest.approx(-100 * 18 / 38)
    assert comparing.compare(start, [start])["fall"] == (0.0, 0.0, 0.0)


def test_the_worst_are_those_of_which_most_was_left_before(comparing: ModuleType) -> None:
    start = rows(1.0)
    better = pl.when(pl.col("severity_after") > 30).then(0.0).otherwise("severity_after")
    after = start.with_columns(severity_after=better)
    found = comparing.compare(start, [after])
    assert found["fall_worst"].value > 80.0 > found["fall"].value
    assert comparing.describe(start, [after])["severity_worst"] < 10
    assert comparing.describe(start, [start])["severity_worst"] == pytest.approx(34.5)


def test_the_table_has_a_row_for_each_restorer(comparing: ModuleType) -> None:
    start = rows(1.0)
    table = comparing.tabulate("field", start, {"grpo": [rows(0.9), rows(0.8)]})
    assert [(row["recipe"], row["restorer"]) for row in table] == [
        ("field", "before"),
        ("field", "grpo"),
    ]
    assert table[1]["falls"] == "10.0, 20.0"
    markdown = comparing.write_markdown([{**row, "minutes": 2.4} for row in table]).splitlines()
    assert len({line.count("|") for line in markdown[:4]}) == 1
    assert "| field | grpo |" in markdown[3]
    assert "15.0 (" in markdown[3]
    assert markdown[5].startswith("| recipe | restorer | halo |")
