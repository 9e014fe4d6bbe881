import json
from pathlib import Path

import polars as pl
import pytest
from playwright.sync_api import Browser
from polars.testing import assert_frame_equal

from rr_tasks.evaluation.diagnosis.figures import compute_figures
from rr_tasks.evaluation.diagnosis.report import write_assessment
from schemas.assessment import AssessmentSpec
from schemas.reasoner import ReasonerIdentity
from schemas.recipe import EDGE_DEFAULT
from tests.browser import PHONE, opened, overflow


@pytest.fixture
def spec() -> AssessmentSpec:
    return AssessmentSpec(
        reasoner=ReasonerIdentity(kind="edge", weights_sha256="ab" * 32),
        inputs_sha256="0" * 64,
        decoder=2,
        recipes=(EDGE_DEFAULT,),
        rounds=2,
        short_sides=(64,),
        seed=9,
    )


def test_all_files_are_there_and_tell_the_same(perfect, spec, tmp_path: Path) -> None:
    figures = compute_figures(perfect)
    page = write_assessment(str(tmp_path), spec, perfect, figures)
    assert page == f"{tmp_path}/assessment.html"
    assert {path.name for path in tmp_path.iterdir()} == {
        "assessment.parquet",
        "assessment.json",
        "assessment.md",
        "assessment.html",
        "reliability.svg",
        "confusion.svg",
    }
    assert_frame_equal(pl.read_parquet(tmp_path / "assessment.parquet"), perfect)
    told = json.loads((tmp_path / "assessment.json").read_text())
    assert AssessmentSpec.model_validate_json(json.dumps(told.pop("spec"))) == spec
    assert told == {name: table.to_dicts() for name, table in figures.tables().items()}
    text = (tmp_path / "assessment.md").read_text()
    html = (tmp_path / "assessment.html").read_text()
    for words in ("3 photographs", "seed 9", "abababababab", "1.000 (1.000-1.000)"):
        assert words in text
        assert words in html
    assert html.count("<svg") == 2


def test_the_page_needs_nothing_else_and_trusts_no_name(perfect, spec, tmp_path: Path) -> None:
    rows = perfect.with_columns(pl.col("source").str.replace("one", "<b>one"))
    write_assessment(str(tmp_path), spec, rows, compute_figures(rows))
    html = (tmp_path / "assessment.html").read_text()
    assert "<b>" not in html
    links = html.replace("http://www.w3.org/2000/svg", "")
    assert not any(word in links for word in ("http", "src=", "<script", "<link"))


def test_the_same_rows_give_the_same_bytes(perfect, spec, tmp_path: Path) -> None:
    for name in "ab":
        write_assessment(str(tmp_path / name), spec, perfect, compute_figures(perfect))
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()


def test_the_page_fits_a_phone_and_folds_long_json(
    perfect, spec, tmp_path: Path, browser: Browser
) -> None:
    page = Path(write_assessment(str(tmp_path), spec, perfect, compute_figures(perfect)))
    with opened(browser, page, PHONE) as shown:
        assert overflow(shown) == 0
        assert not shown.get_by_text("inputs_sha256").is_visible()
        shown.get_by_text("as JSON").click()
        assert shown.get_by_text("inputs_sha256").is_visible()
        assert overflow(shown) == 0
