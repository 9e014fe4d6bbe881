import polars as pl
import pytest

from rr_tasks.evaluation.presence import (
    compute_grouped_presence,
    compute_presence,
    tabulate_presence,
)
from schemas.prior.current import DEGRADATIONS


def values(figures: pl.DataFrame, of: str) -> dict[str, float]:
    chosen = figures.filter(pl.col("type") == of)
    return dict(chosen.select("figure", "value").iter_rows())


def test_a_type_is_counted_by_hand(table) -> None:
    figures = compute_presence(
        table(
            {"true_haze": 50.0, "found_haze": 40.0},
            {"true_haze": 30.0},
            {"true_haze": 20.0, "found_haze": 25.0, "true_rain": 40.0, "found_rain": 40.0},
            {},
            {"found_haze": 15.0},
        )
    )
    assert values(figures, "haze") == pytest.approx(
        {
            "recall": 2 / 3,
            "specificity": 1 / 2,
            "balanced_accuracy": (2 / 3 + 1 / 2) / 2,
            "severity_error": (10 + 30 + 5) / 3,
            "severity_error_singles": (10 + 30) / 2,
            "severity_error_mixtures": 5.0,
        }
    )
    assert values(figures, "blur")["recall"] is None
    assert values(figures, "blur")["balanced_accuracy"] is None
    assert values(figures, "blur")["specificity"] == 1.0


def test_a_table_holds_the_same_figures_and_counts_what_was_not_diagnosed(table) -> None:
    rows = table(
        {"true_haze": 50.0, "found_haze": 40.0, "true_noise": 10.0, "found_noise": 10.0},
        {"true_haze": 30.0, "true_noise": 20.0, "found_noise": 20.0},
        {"true_noise": 30.0, "found_noise": 30.0, "found_haze": 15.0},
        {f"found_{name}": None for name in DEGRADATIONS} | {"true_haze": 80.0},
    )
    diagnosed = rows.drop_nulls("found_haze")
    figures = ("recall", "specificity", "balanced_accuracy", "severity_error")
    for row in tabulate_presence(rows).iter_rows(named=True):
        assert (row["samples"], row["undiagnosed"]) == (3, 1)
        with_intervals = values(compute_presence(diagnosed), row["type"])
        assert {name: row[name] for name in figures} == {
            name: with_intervals[name] and pytest.approx(with_intervals[name]) for name in figures
        }


def test_sets_and_alarms_are_counted_by_hand(table) -> None:
    figures = compute_presence(
        table(
            {"true_haze": 50.0, "found_haze": 10.0},
            {"true_haze": 50.0, "found_haze": 50.0, "found_noise": 20.0},
            {},
            {"found_blur": 30.0, "found_noise": 30.0},
            {"found_rain": 15.0},
        )
    )
    found = values(figures, "all")
    assert found["exact_set"] == pytest.approx(2 / 5)
    assert found["false_alarms"] == pytest.approx(2 / 3)


def test_perfect_predictions_are_perfect(perfect) -> None:
    rows = perfect.filter(pl.col("part") == "source")
    for _, _, figure, *interval in compute_grouped_presence(rows, "source").iter_rows():
        wanted = 0.0 if figure.startswith(("severity", "false")) else 1.0
        assert interval == [wanted] * 3, figure


def test_all_is_the_mean_of_the_types(table) -> None:
    rows = table(
        {f"true_{name}": 50.0 for name in ("haze", "blur", "rain", "noise")} | {"found_haze": 40.0},
        {},
    )
    found = values(compute_presence(rows), "all")
    assert found["balanced_accuracy"] == pytest.approx((1 + 3 * 0.5) / 4)
    assert found["severity_error"] == pytest.approx((10 + 3 * 50) / 4)


def test_groups_keep_their_order_and_do_not_mix(table) -> None:
    rows = table({"source": "two", "found_haze": 9.0}, {"source": "one"}, {"source": "two"})
    figures = compute_grouped_presence(rows, "source")
    assert figures["source"].unique(maintain_order=True).to_list() == ["two", "one"]
    alarms = figures.filter(pl.col("figure") == "false_alarms")
    assert dict(alarms.select("source", "value").iter_rows()) == {"two": 0.5, "one": 0.0}
