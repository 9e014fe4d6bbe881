import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rr_tasks.evaluation.diagnosis.calibration import calibration, reliability


def row_of(rows: pl.DataFrame, name: str) -> dict[str, object]:
    return calibration(rows).filter(pl.col("type") == name).row(0, named=True)


def test_bins_are_filled_by_hand(table) -> None:
    rows = table(
        {"probability_haze": 0.0},
        {"probability_haze": 0.08, "true_haze": 20.0},
        {"probability_haze": 0.95, "true_haze": 20.0},
        {"probability_haze": 1.0, "true_haze": 20.0},
        {},
    )
    found = reliability(rows).drop("source", "type").rows()
    assert found == [(0, 2, 0.04, 0.5), (9, 2, pytest.approx(0.975), 1.0)]
    assert row_of(rows, "haze")["ece"] == pytest.approx((2 * 0.46 + 2 * 0.025) / 4)
    assert row_of(rows, "rain")["ece"] is None


def test_deviations_are_checked_by_hand(table) -> None:
    present = {"true_rain": 50.0, "std_rain": 5.0, "probability_rain": 1.0}
    rows = table(
        present | {"found_rain": 54.0},
        present | {"found_rain": 42.0},
        present | {"found_rain": 38.0},
        present | {"found_rain": 50.0},
        present,  # not found
        {"found_rain": 20.0, "std_rain": 5.0},  # not there
    )
    found = row_of(rows, "rain")
    assert found["findings"] == 4
    assert (found["within_1_std"], found["within_2_std"], found["mean_std"]) == (0.5, 0.75, 5.0)
    assert found["root_mean_square_error"] == pytest.approx(((16 + 64 + 144) / 4) ** 0.5)


def test_what_is_not_given_is_null(table) -> None:
    rows = table({"true_rain": 50.0, "found_rain": 54.0})
    found = row_of(rows, "rain")
    assert (found["findings"], found["ece"]) == (0, None)
    assert {found[name] for name in ("within_1_std", "mean_std", "root_mean_square_error")} == {
        None
    }


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=30), st.randoms())
def test_the_error_is_a_share_and_order_does_not_matter(pairs, random) -> None:
    def frame() -> pl.DataFrame:
        columns = {"source": "r", "found_haze": 0.0, "std_haze": None}
        others = [
            f"{side}_{name}" for name in ("blur", "rain", "noise") for side in ("true", "found")
        ]
        rows = [
            columns
            | dict.fromkeys(others, 0.0)
            | {"probability_haze": probability, "true_haze": 50.0 * present}
            for probability, present in pairs
        ]
        empty = {
            f"{what}_{name}": None
            for name in ("blur", "rain", "noise")
            for what in ("probability", "std")
        }
        return pl.DataFrame([row | empty for row in rows]).with_columns(
            pl.col(pl.Null).cast(pl.Float64)
        )

    first = row_of(frame(), "haze")["ece"]
    random.shuffle(pairs)
    assert row_of(frame(), "haze")["ece"] == pytest.approx(first)
    assert 0.0 <= first <= 1.0


def test_perfect_predictions_are_calibrated(perfect) -> None:
    found = calibration(perfect.filter(pl.col("part") == "source"))
    assert len(found) == 8
    assert set(found["ece"]) | set(found["root_mean_square_error"]) | set(found["mean_std"]) == {
        0.0
    }
    assert set(found["within_1_std"]) | set(found["within_2_std"]) == {1.0}
