import importlib
from pathlib import Path
from types import ModuleType

import numpy as np
import polars as pl
import pytest

FOLDER = Path(__file__).parents[4] / "infra" / "studies" / "restorer"


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(FOLDER)
    return importlib.import_module("gains")


def _gains(better: float) -> dict[tuple[str, str, str], np.ndarray]:
    rng = np.random.default_rng(0)
    nothing = 5.0 + rng.normal(0, 2, (3, 16))
    return {
        ("field", "nothing", "none"): nothing,
        ("field", "guides", "predicted"): nothing + better + rng.normal(0, 0.1, (3, 16)),
    }


def tabulate(script: ModuleType) -> pl.DataFrame:
    """Compare with the arm that reads nothing."""
    columns = ("recipe", "reads", "priors")
    return script.tabulate(_gains(better=0.5), columns, lambda case: (case[0], "nothing", "none"))


def test_a_difference_is_of_the_same_photographs_and_seeds(script: ModuleType) -> None:
    nothing, guides = tabulate(script).iter_rows(named=True)
    assert nothing["over_baseline"] == nothing["over_baseline_low"] == 0.0
    assert nothing["gain_low"] < nothing["gain"] < nothing["gain_high"]
    assert guides["over_baseline"] == pytest.approx(0.5, abs=0.05)
    assert 0.4 < guides["over_baseline_low"] < guides["over_baseline_high"] < 0.6
    assert guides["gain_high"] - guides["gain_low"] > 0.5


def test_the_table_says_what_each_arm_reads_and_gets(script: ModuleType) -> None:
    lines = script.write_markdown(tabulate(script), "reading nothing").splitlines()
    assert lines[0].endswith("| gain, dB | more than reading nothing, dB |")
    assert lines[0].count("|") == lines[1].count("|") == lines[2].count("|") == 6
    assert lines[2].startswith("| field | nothing | none | +")
    assert lines[3].startswith("| field | guides | predicted | +")
