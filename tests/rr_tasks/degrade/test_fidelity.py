import polars as pl
import pytest
from typer.testing import CliRunner

from flows.cli import app
from rr_tasks.degrade import fidelity
from rr_tasks.degrade.fidelity import visual_fidelity
from rr_tasks.degrade.sheet import SEVERITIES
from schemas.prior.current import DEGRADATIONS
from schemas.recipe import EDGE_DEFAULT

SAMPLES = "infra/samples/train"


@pytest.fixture(scope="module")
def measured() -> pl.DataFrame:
    return visual_fidelity(SAMPLES, EDGE_DEFAULT, seed=0, count=8)


@pytest.mark.parametrize("name", DEGRADATIONS)
def test_less_is_seen_the_higher_the_severity(measured: pl.DataFrame, name: str) -> None:
    rows = measured.filter(pl.col("type") == name).sort("severity")
    assert rows["severity"].to_list() == list(SEVERITIES)
    for metric in ("vif", "ms_ssim"):
        assert rows[metric].is_sorted(descending=True)
        assert rows[metric].max() < 1
        assert rows[metric].n_unique() == len(SEVERITIES)


@pytest.mark.parametrize("severity", SEVERITIES)
def test_no_type_looks_far_worse_than_another_of_the_same_severity(
    measured: pl.DataFrame, severity: float
) -> None:
    seen = measured.filter(pl.col("severity") == severity)["vif"]
    assert seen.max() - seen.min() < 0.35  # from severity 10 to 100 it falls by 0.65


def test_the_command_shows_a_row_for_each_severity(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [
        {"type": name, "severity": severity, "vif": 0.25, "ms_ssim": 0.5}
        for name in DEGRADATIONS
        for severity in SEVERITIES
    ]
    monkeypatch.setattr(fidelity, "_rows", lambda *_: iter(rows))
    shown = CliRunner().invoke(app, ["recipe", "--fidelity", "--photographs", SAMPLES])
    assert shown.exit_code == 0, shown.output
    for severity in SEVERITIES:
        line = next(line for line in shown.output.splitlines() if f" {severity:.0f} " in line)
        assert line.count("0.25  0.50") == len(DEGRADATIONS)
