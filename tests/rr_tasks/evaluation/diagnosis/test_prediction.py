from collections.abc import Iterable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import polars as pl
import pytest

from rr_tasks.evaluation.diagnosis import prediction
from rr_tasks.evaluation.diagnosis.prediction import (
    NothingToAssessError,
    find_predictions,
    list_failed_photographs,
    plan_assessment,
    predict,
    predictions_folder,
    read_predictions,
    shard_numbers,
)
from rr_tasks.evaluation.diagnosis.row import COLUMNS
from rr_tasks.photographs.listing import Photographs
from rr_tasks.reasoner.edge import EdgeReasoner
from schemas.assessment import AssessmentSpec
from schemas.reasoner import ReasonerIdentity
from schemas.recipe import CDD11_LIKE, DegradationRecipe


@pytest.fixture
def reasoner(reasoner_network) -> EdgeReasoner:
    return EdgeReasoner(reasoner_network(0), "0" * 64)


def identity(digit: str) -> ReasonerIdentity:
    return ReasonerIdentity(kind="edge", weights_sha256=digit * 64)


def planned(folder: object, output: object, *recipes: DegradationRecipe, **changes: Any):
    settled: dict[str, Any] = {
        "rounds": 1,
        "short_sides": (64,),
        "seed": 3,
        "reasoner": identity("0"),
    } | changes
    return plan_assessment(str(folder), str(output), recipes=recipes, **settled)


def predict_each(
    folder: object,
    spec: AssessmentSpec,
    photographs: Photographs,
    reasoner: EdgeReasoner,
    numbers: Iterable[int],
) -> list[str]:
    """Predict as a flow does, which lists the photographs first."""
    photographs.publish(str(folder))
    inputs = (photographs.folder,)
    return [predict(str(folder), spec, inputs, reasoner, number) for number in numbers]


@pytest.fixture
def one_photograph(tmp_path: Path, photograph: np.ndarray) -> Path:
    folder = tmp_path / "photographs"
    folder.mkdir()
    cv2.imwrite(str(folder / "a.png"), photograph)
    return folder


def test_every_sample_of_every_setting_has_a_row(one_photograph, grid, tmp_path, reasoner) -> None:
    spec, photographs = planned(one_photograph, tmp_path, grid, CDD11_LIKE, rounds=2)
    folder = predictions_folder(str(tmp_path), spec)
    numbers = shard_numbers(spec, photographs)
    assert find_predictions(folder, numbers) == {}
    urls = predict_each(folder, spec, photographs, reasoner, numbers)
    assert find_predictions(folder, numbers) == dict(enumerate(urls))
    rows = read_predictions(urls)
    assert rows.schema == pl.Schema(COLUMNS)
    counted = rows.group_by("part", "source", maintain_order=True).len().rows()
    assert counted == [
        ("source", "grid", 32),
        ("source", "cdd11-like", 32),
        ("clean", "grid", 15),
        ("blend", "grid", 44),
        ("size", "grid", 16),
        ("jpeg", "grid", 16),
    ]
    assert set(rows["photograph"]) == {"a.png"}
    blends = rows.filter(pl.col("part") == "blend")
    assert blends["expected"].is_between(0, 100).all()
    told = rows.filter(pl.col("part").is_in(["source", "size", "jpeg"]))
    assert told["probability_rain"].is_between(0, 1).all()


def test_rows_are_those_of_the_reasoner_and_the_same_each_time(
    one_photograph, grid, tmp_path, reasoner, photograph
) -> None:
    spec, photographs = planned(one_photograph, tmp_path, grid)
    (first,), (second,) = (
        predict_each(tmp_path / name, spec, photographs, reasoner, [0]) for name in "ab"
    )
    assert Path(first).read_bytes() == Path(second).read_bytes()
    clean = read_predictions([first]).row(0, named=True)
    found = reasoner.diagnose(np.ascontiguousarray(photograph[:, 32:160]))
    assert clean["combination"] == "clean"
    for name in ("haze", "blur", "rain", "noise"):
        assert clean[f"found_{name}"] == pytest.approx(getattr(found, name).severity, abs=0.5)


def test_of_a_blend_the_severity_of_its_type_is_expected(
    one_photograph, grid, tmp_path, reasoner, photograph
) -> None:
    spec, photographs = planned(one_photograph, tmp_path, grid)
    rows = read_predictions(predict_each(tmp_path, spec, photographs, reasoner, [2]))
    clean = rows.filter(pl.col("share") == 0)
    assert clean["combination"].to_list() == ["haze", "blur", "rain", "noise"]
    wanted = reasoner.expected_severities([np.ascontiguousarray(photograph[:, 32:160])])[0]
    assert clean["expected"].to_list() == pytest.approx(wanted.tolist(), abs=0.5)
    assert clean["expected"].n_unique() > 1


def test_what_is_there_is_kept(one_photograph, grid, tmp_path, reasoner) -> None:
    spec, photographs = planned(one_photograph, tmp_path, grid)
    Path(tmp_path, "000002.parquet").write_bytes(b"there")
    (url,) = predict_each(tmp_path, spec, photographs, reasoner, [2])
    assert Path(url).read_bytes() == b"there"


def test_whatever_decides_the_rows_decides_their_folder(
    one_photograph, grid, tmp_path, monkeypatch
) -> None:
    changes: list[dict[str, Any]] = [
        {},
        {"rounds": 2},
        {"short_sides": (128,)},
        {"seed": 4},
        {"reasoner": identity("1")},
    ]
    specs = [planned(one_photograph, tmp_path, grid, **change)[0] for change in changes]
    specs.append(planned(one_photograph, tmp_path, grid, CDD11_LIKE)[0])
    cv2.imwrite(str(one_photograph / "b.png"), np.zeros((64, 64, 3), np.uint8))
    specs.append(planned(one_photograph, tmp_path, grid)[0])
    monkeypatch.setattr(prediction, "DECODER_VERSION", prediction.DECODER_VERSION + 1)
    specs.append(planned(one_photograph, tmp_path, grid)[0])
    assert len({predictions_folder("out", spec) for spec in specs}) == len(specs)


def test_a_photograph_that_cannot_be_read_is_named_and_stops_nothing(
    one_photograph, grid, tmp_path, reasoner
) -> None:
    (one_photograph / "broken.jpg").write_bytes(b"no photograph")
    spec, photographs = planned(one_photograph, tmp_path, grid)
    numbers = shard_numbers(spec, photographs)
    assert len(numbers) == 2 * 5
    rows = read_predictions(predict_each(tmp_path / "o", spec, photographs, reasoner, numbers))
    assert list_failed_photographs(rows).rows() == [
        ("broken.jpg", "the file is not an image of a known format")
    ]
    broken = rows.filter(pl.col("error").is_not_null())
    with pytest.raises(NothingToAssessError, match="none of the photographs"):
        read_predictions_of(broken, tmp_path)


def read_predictions_of(rows: pl.DataFrame, folder: Path) -> pl.DataFrame:
    rows.write_parquet(folder / "broken.parquet")
    return read_predictions([str(folder / "broken.parquet")])
