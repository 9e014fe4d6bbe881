import numpy as np
import polars as pl
import pytest

from rr_tasks.degrade.mixture import Degraded, degrade
from rr_tasks.degrade.synthesis import ground_truth
from rr_tasks.evaluation.diagnosis.maps import correlate, score_maps, summarize_maps
from rr_tasks.priors import leave_out
from schemas.prior.blur import BlurParameters
from schemas.prior.current import DiagnosticPrior
from schemas.prior.kernel import Kernel
from schemas.recipe import DegradationRecipe, JpegRecipe

PLAIN = DegradationRecipe(name="plain", jpeg=JpegRecipe(probability=0.0))


def make(photograph: np.ndarray, **severities: float) -> tuple[Degraded, DiagnosticPrior]:
    degraded = degrade(photograph, severities, PLAIN, np.random.default_rng(3))
    return degraded, ground_truth(photograph, degraded, PLAIN)


def replace(prior: DiagnosticPrior, name: str, **changes: object) -> DiagnosticPrior:
    finding = prior.findings[name]
    parameters = finding.parameters.model_copy(update=changes)
    return prior.model_copy(update={name: finding.model_copy(update={"parameters": parameters})})


def test_the_truth_has_the_best_scores(photograph: np.ndarray) -> None:
    degraded, truth = make(photograph, blur=90.0)
    scores = score_maps(truth, truth, photograph, degraded.image)
    assert scores["kernel_correlation"] == pytest.approx(1.0)
    assert scores["wiener_found"] == scores["wiener_true"] > 0.5
    degraded, truth = make(photograph, haze=60.0)
    assert score_maps(truth, truth, photograph, degraded.image) == {"map_error": 0.0}
    degraded, truth = make(photograph, noise=60.0)
    assert score_maps(truth, truth, photograph, degraded.image) == {}


def test_haze_without_a_map_is_even_and_what_is_missed_is_clear_air(photograph: np.ndarray) -> None:
    degraded, truth = make(photograph, haze=60.0)
    cells = np.array(truth.haze.parameters.transmission_map.rows)
    mean = truth.haze.parameters.transmission
    even = replace(truth, "haze", transmission_map=None)
    error = score_maps(truth, even, photograph, degraded.image)["map_error"]
    assert error == pytest.approx(np.abs(cells - mean).mean())
    missed = score_maps(truth, leave_out(truth, {"haze"}), photograph, degraded.image)
    assert missed["map_error"] == pytest.approx(1 - cells.mean())


def test_a_wrong_kernel_correlates_less_and_gains_less(photograph: np.ndarray) -> None:
    degraded, truth = make(photograph, blur=90.0)
    angle = (truth.blur.parameters.angle_deg + 90) % 180
    wrong = replace(truth, "blur", kernel=None, kind="motion", extent_px=12.0, angle_deg=angle)
    scores = score_maps(truth, wrong, photograph, degraded.image)
    assert scores["kernel_correlation"] < 0.9
    assert scores["wiener_found"] < scores["wiener_true"]
    assert score_maps(truth, leave_out(truth, {"blur"}), photograph, degraded.image) == {}


def test_kernels_may_be_shifted_a_little_and_have_cells_of_any_size() -> None:
    def bar(row: int, cell_px: float = 1.0) -> BlurParameters:
        cells = np.zeros((9, 9))
        cells[row, 2:7] = 0.2
        kernel = Kernel(rows=tuple(map(tuple, cells.tolist())), cell_px=cell_px)
        return BlurParameters(kind="motion", extent_px=5.0, angle_deg=0.0, kernel=kernel)

    assert correlate(bar(4), bar(4)) == pytest.approx(1.0)
    assert correlate(bar(4), bar(6)) == pytest.approx(1.0)
    assert correlate(bar(1), bar(7)) == pytest.approx(0.0)
    assert 0.5 < correlate(bar(4), bar(4, 2.0)) < 0.9


def test_means_are_counted_by_hand(table) -> None:
    rows = table({"map_error": 0.1}, {"map_error": 0.3, "photograph": "b"}, {})
    found = summarize_maps(rows)
    error = found.filter(figure="map_error").row(0, named=True)
    assert (error["source"], error["samples"], error["value"]) == (
        "edge-default",
        2,
        pytest.approx(0.2),
    )
    assert error["low"] <= 0.2 <= error["high"]
    assert found.filter(pl.col("figure") != "map_error")["value"].null_count() == 3
