from pathlib import Path

import polars as pl
import pytest

from rr_tasks.refresh.comparison import compare
from rr_tasks.refresh.difference import Difference, measure_difference
from rr_tasks.refresh.history import Annotations
from rr_tasks.refresh.report import name_bin, render_report, write_difference
from schemas.prior.current import DiagnosticPrior
from schemas.shard import AnnotationSpec
from tests.rr_tasks.refresh.conftest import changed


@pytest.fixture
def found(prior: DiagnosticPrior) -> Difference:
    worse = prior.model_copy(update={"haze": prior.haze.model_copy(update={"severity": 52.5})})
    return measure_difference([compare({"a": prior, "b": prior}, {"a": worse, "b": prior})])


@pytest.fixture
def sides(wanted: AnnotationSpec) -> tuple[Annotations, Annotations]:
    older = changed(wanted, weights_sha256="b" * 64, prompt_version="<2>")
    return Annotations("old", older, {0: 2}, "2026"), Annotations("new", wanted, {0: 2}, "2027")


def test_tables_and_page_lie_side_by_side(
    found: Difference, sides: tuple[Annotations, Annotations], tmp_path: Path
) -> None:
    report = write_difference(str(tmp_path), *sides, found)
    assert Path(report).read_text() == render_report(*sides, found)
    assert {path.name for path in tmp_path.iterdir()} == {
        "totals.csv",
        "changes.csv",
        "histogram.csv",
        "report.html",
    }
    changes = pl.read_csv(tmp_path / "changes.csv")
    haze = changes.row(0, named=True)
    assert (haze["in_both"], haze["shift_mean"], haze["shift_median"]) == (2, 6.25, 6.25)
    assert pl.read_csv(tmp_path / "histogram.csv").equals(found.histogram)


def test_the_page_needs_nothing_else_and_escapes_what_it_is_given(
    found: Difference, sides: tuple[Annotations, Annotations]
) -> None:
    page = render_report(*sides, found)
    assert "<strong>2</strong> photographs have both" in page
    assert "<strong>1</strong> are equal" in page
    assert "+6.2" in page
    assert "&lt;2&gt;" in page
    assert not any(word in page for word in ("http", "src=", "<script", "<2>", "Not compared"))


def test_a_page_without_samples_says_so(sides: tuple[Annotations, Annotations]) -> None:
    page = render_report(*sides, measure_difference([]))
    assert "<strong>0</strong> photographs have both" in page
    assert "<td>\N{EN DASH}</td>" in page


@pytest.mark.parametrize(
    ("low", "high", "label"),
    [(0, 0, "no shift"), (0, 2, "0 to +2"), (10, 20, "+10 to +20"), (-5, -10, "-5 to -10")],
)
def test_a_bin_is_named(low: int, high: int, label: str) -> None:
    assert name_bin(low, high) == label
