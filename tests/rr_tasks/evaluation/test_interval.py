import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rr_tasks.evaluation.interval import Interval, compute_intervals

VALUE = [pl.col("value")]


def frame(values: list[list[float]]) -> pl.DataFrame:
    """A photograph for each list, a sample for each number."""
    rows = [(f"{number:03d}", value) for number, of in enumerate(values) for value in of]
    return pl.DataFrame(rows, schema={"photograph": pl.String, "value": pl.Float64}, orient="row")


@given(
    st.integers(1, 4).flatmap(
        lambda samples: st.lists(
            st.lists(st.floats(-100, 100), min_size=samples, max_size=samples), min_size=1
        )
    )
)
def test_the_interval_contains_the_figure_and_stays_among_the_photographs(
    values: list[list[float]],
) -> None:
    found = compute_intervals(frame(values), {"mean": VALUE}, draws=200)["mean"]
    means = [float(np.mean(of)) for of in values]
    assert found.value == pytest.approx(np.mean(means), abs=1e-9)
    assert found.low - 1e-9 <= found.value <= found.high + 1e-9
    assert min(means) - 1e-9 <= found.low
    assert found.high <= max(means) + 1e-9


def test_it_is_that_of_the_textbook() -> None:
    """The bootstrap of a mean is nearly normal: 1.96 standard errors to each side."""
    values = np.random.default_rng(0).normal(5.0, 2.0, 400)
    found = compute_intervals(frame([[value] for value in values]), {"mean": VALUE}, draws=4000)[
        "mean"
    ]
    half = 1.96 * values.std() / np.sqrt(len(values))
    assert found == pytest.approx(
        (values.mean(), values.mean() - half, values.mean() + half), rel=0.01
    )


def test_photographs_are_drawn_and_not_samples() -> None:
    """Twice the samples of the same photographs tell nothing new."""
    values = [[float(number % 7)] for number in range(30)]
    once = compute_intervals(frame(values), {"mean": VALUE})["mean"]
    assert compute_intervals(frame([of * 10 for of in values]), {"mean": VALUE})[
        "mean"
    ] == pytest.approx(once)


def test_the_order_of_rows_does_not_matter_and_the_seed_decides() -> None:
    rows = frame([[float(number), number / 2] for number in range(12)])
    first = compute_intervals(rows, {"mean": VALUE}, seed=3)["mean"]
    shuffled = rows.sample(fraction=1.0, shuffle=True, seed=1)
    assert compute_intervals(shuffled, {"mean": VALUE}, seed=3)["mean"] == pytest.approx(first)
    assert compute_intervals(rows, {"mean": VALUE}, seed=4)["mean"] != first


def test_a_figure_is_the_mean_of_its_parts_whatever_the_samples_of_each() -> None:
    rows = frame([[1.0, 1.0, 1.0, 5.0]])
    parts = [
        pl.col("value").filter(pl.col("value") < 2),
        pl.col("value").filter(pl.col("value") > 2),
    ]
    assert compute_intervals(rows, {"both": parts, "mean": VALUE}) == {
        "both": Interval(3.0, 3.0, 3.0),
        "mean": Interval(2.0, 2.0, 2.0),
    }


def test_what_no_row_counts_for_is_null() -> None:
    rows = frame([[1.0], [2.0]]).with_columns(value=pl.lit(None, pl.Float64))
    assert compute_intervals(rows, {"mean": VALUE})["mean"] == Interval(None, None, None)


def test_of_no_samples_there_is_no_figure() -> None:
    rows = pl.DataFrame(schema={"photograph": pl.String, "x": pl.Float64})
    assert compute_intervals(rows, {"mean": [pl.col("x")]})["mean"] == (None, None, None)
