from itertools import chain, islice
from pathlib import Path

import cv2
import numpy as np
import polars as pl
import pytest
from typer.testing import CliRunner

from flows.cli import app
from rr_tasks.degrade import fidelity
from rr_tasks.degrade.fidelity import measure_fidelity
from rr_tasks.degrade.subject import SEVERITIES, UnusableSampleError, draw_subjects
from schemas.prior.current import DEGRADATIONS
from schemas.recipe import CDD11, EDGE_DEFAULT

SAMPLES = "infra/samples/train"


@pytest.fixture(scope="module")
def measured() -> pl.DataFrame:
    return measure_fidelity(SAMPLES, EDGE_DEFAULT, seed=0, count=4)


@pytest.mark.parametrize("name", DEGRADATIONS)
def test_less_is_seen_the_higher_the_severity(measured: pl.DataFrame, name: str) -> None:
    rows = measured.filter(pl.col("type") == name).sort("severity")
    assert rows["asked"].to_list() == list(SEVERITIES)
    assert rows["severity"].to_list() == pytest.approx(SEVERITIES, rel=0.01)
    for metric in ("vif", "ms_ssim"):
        assert rows[metric].is_sorted(descending=True)
        assert rows[metric].max() < 1
        assert rows[metric].n_unique() == len(SEVERITIES)


@pytest.mark.parametrize("severity", SEVERITIES)
def test_no_type_looks_far_worse_than_another_of_the_same_severity(
    measured: pl.DataFrame, severity: float
) -> None:
    seen = measured.filter(asked=severity)["vif"]
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


def test_what_published_formulas_make_has_a_severity_of_its_own() -> None:
    measured = measure_fidelity(SAMPLES, CDD11, seed=0, count=1)
    (subject,) = islice(draw_subjects(SAMPLES, CDD11, 0), 1)
    assert measured["type"].unique(maintain_order=True).to_list() == ["haze", "rain", "noise"]
    for name, asked, severity in measured.select("type", "asked", "severity").iter_rows():
        assert severity == subject.degrade((name,), asked).findings[name].severity
    haze = measured.filter(type="haze")["severity"]
    assert haze.is_sorted()
    assert haze[-1] < 70


@pytest.mark.parametrize("types", [DEGRADATIONS, ("haze", "rain", "noise")])
def test_the_command_shows_each_type_at_each_severity(
    types: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [
        {"type": name, "asked": asked, "severity": asked / 2, "vif": at / 10, "ms_ssim": at / 20}
        for at, name in enumerate(types)
        for asked in SEVERITIES
    ]
    monkeypatch.setattr(fidelity, "_rows", lambda *_: iter(rows))
    shown = CliRunner().invoke(app, ["recipe", "--fidelity", "--photographs", SAMPLES])
    assert shown.exit_code == 0, shown.output
    lines = [line.split() for line in shown.output.splitlines()]
    assert ["asked", *types] in lines
    for asked in SEVERITIES:
        cells = [f"{asked / 2:.0f} {at / 10:.2f} {at / 20:.2f}".split() for at in range(len(types))]
        assert [f"{asked:.0f}", *chain(*cells)] in lines


def test_a_sheet_and_a_measurement_are_not_asked_for_at_once() -> None:
    refused = CliRunner().invoke(app, ["recipe", "--fidelity", "--sheet", "look.jpg"])
    assert refused.exit_code == 2
    assert "not both" in refused.output
