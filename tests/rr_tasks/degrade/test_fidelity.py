from pathlib import Path

import cv2
import numpy as np
import polars as pl
import pytest
from typer.testing import CliRunner

from flows.cli import app
from rr_tasks.degrade import fidelity
from rr_tasks.degrade.fidelity import measure_fidelity
from rr_tasks.degrade.subject import SEVERITIES, UnusableSampleError
from schemas.prior.current import DEGRADATIONS
from schemas.recipe import EDGE_DEFAULT

SAMPLES = "infra/samples/train"


@pytest.fixture(scope="module")
def measured() -> pl.DataFrame:
    return measure_fidelity(SAMPLES, EDGE_DEFAULT, seed=0, count=4)


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
    assert seen.max() - seen.min() < 0.35  # from 10 to 100 they fall by 0.4 to 0.7


def test_a_photograph_that_is_too_small_is_named(tmp_path: Path) -> None:
    small = np.random.default_rng(0).integers(0, 256, (100, 300, 3)).astype(np.uint8)
    cv2.imwrite(str(tmp_path / "small.png"), small)
    with pytest.raises(UnusableSampleError, match=r"small\.png: its square of 100 pixels is too"):
        measure_fidelity(str(tmp_path), EDGE_DEFAULT, seed=0, count=1)


def test_recipes_in_all_sizes_are_measured_at_their_largest(tmp_path: Path) -> None:
    image = np.random.default_rng(0).integers(0, 256, (200, 200, 3)).astype(np.uint8)
    cv2.imwrite(str(tmp_path / "photo.png"), image)
    sizes = EDGE_DEFAULT.model_copy(update={"smallest_size": 64})
    one, other = (measure_fidelity(str(tmp_path), it, 0, 1) for it in (sizes, EDGE_DEFAULT))
    assert one.equals(other)


def test_the_command_shows_each_type_at_each_severity(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [
        {"type": name, "severity": severity, "vif": place / 10, "ms_ssim": severity / 100}
        for place, name in enumerate(DEGRADATIONS)
        for severity in reversed(SEVERITIES)
    ]
    monkeypatch.setattr(fidelity, "_rows", lambda *_: iter(rows))
    shown = CliRunner().invoke(app, ["recipe", "--fidelity", "--photographs", SAMPLES])
    assert shown.exit_code == 0, shown.output
    lines = [line.split() for line in shown.output.splitlines()]
    for severity in SEVERITIES:
        cells = [cell for at in range(4) for cell in (f"{at / 10:.2f}", f"{severity / 100:.2f}")]
        assert [f"{severity:.0f}", *cells] in lines


def test_a_sheet_and_a_measurement_are_not_asked_for_at_once() -> None:
    refused = CliRunner().invoke(app, ["recipe", "--fidelity", "--sheet", "look.jpg"])
    assert refused.exit_code == 2
    assert "not both" in refused.output
