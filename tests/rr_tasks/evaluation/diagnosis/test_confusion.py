import polars as pl

from rr_tasks.evaluation.diagnosis.confusion import confusion
from rr_tasks.evaluation.diagnosis.sample import COMBINATION_NAMES


def test_sets_are_counted_by_hand(table) -> None:
    rows = table(
        {"true_haze": 20.0, "true_rain": 20.0, "found_rain": 90.0},
        {"true_haze": 20.0, "true_rain": 20.0, "found_rain": 10.0},
        {"found_noise": 10.0},
        {},
    )
    found = confusion(rows)
    assert len(found) == 256
    assert found.filter(pl.col("samples") > 0).drop("source").rows() == [
        ("clean", "clean", 1),
        ("clean", "noise", 1),
        ("haze+rain", "rain", 2),
    ]


def test_perfect_predictions_lie_on_the_diagonal_in_one_order(perfect) -> None:
    found = confusion(perfect.filter(pl.col("part") == "source"))
    assert found.height == 2 * 256
    assert found["true"].unique(maintain_order=True).to_list() == list(COMBINATION_NAMES)
    diagonal = found.filter(pl.col("true") == pl.col("found"))
    assert diagonal["samples"].to_list() == [3] * 32
    assert found["samples"].sum() == 96
