import polars as pl
import pytest

from rr_tasks.evaluation.diagnosis.blend import blend_figures
from schemas.prior.current import DEGRADATIONS


def blends(**expected: list[float]) -> pl.DataFrame:
    """A photograph for each list, which is what is expected of all types."""
    return pl.DataFrame(
        [
            {
                "photograph": photograph,
                "combination": name,
                "share": place / 10,
                "expected": value,
            }
            for name in DEGRADATIONS
            for photograph, values in expected.items()
            for place, value in enumerate(values)
        ]
    )


def test_ranks_count_and_not_heights() -> None:
    rows = blends(a=[0.0, 1.0, 50.0, 51.0], b=[0.0, 1.0, 3.0, 2.0])
    name, photographs, spearman, _, _, steady = blend_figures(rows).row(0)
    assert (name, photographs, steady) == ("haze", 2, 0.5)
    assert spearman == pytest.approx((1.0 + 0.8) / 2)


def test_falling_and_never_changing_are_no_better_than_they_are() -> None:
    assert blend_figures(blends(a=[3.0, 2.0, 1.0]))["spearman"][0] == pytest.approx(-1.0)
    found = blend_figures(blends(a=[5.0, 5.0, 5.0])).row(0, named=True)
    assert (found["spearman"], found["steady"]) == (0.0, 0.0)


def test_perfect_predictions_rise_with_the_blend(perfect) -> None:
    found = blend_figures(perfect.filter(pl.col("part") == "blend"))
    assert found["type"].to_list() == ["haze", "blur", "rain", "noise"]
    for column in ("spearman", "low", "high", "steady"):
        assert found[column].to_list() == pytest.approx([1.0] * 4)
