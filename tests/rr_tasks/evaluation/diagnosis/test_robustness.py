import polars as pl

from rr_tasks.evaluation.diagnosis.robustness import robustness


def test_sizes_are_compared_on_what_all_of_them_have(table) -> None:
    alarm = {"combination": "clean", "found_haze": 20.0}
    mixture = {"combination": "haze+rain", "true_haze": 20.0, "true_rain": 20.0}
    mixture |= {"found_haze": 20.0, "found_rain": 20.0}
    rows = table(
        *({"part": "size", "short_side": 100} | row for row in (alarm, mixture)),
        {"part": "jpeg", "short_side": 100, "combination": "clean"},
        {"part": "size", "short_side": 4000, "combination": "clean"},
    )
    found = robustness(rows)
    assert found.select("of", "shown").unique(maintain_order=True).rows() == [
        ("clean and singles", "150 x 100"),
        ("clean and singles", "150 x 100, JPEG 85"),
        ("clean and singles", "6000 x 4000"),
        ("all", "150 x 100"),
    ]
    exact = found.filter(pl.col("figure") == "exact_set")
    assert exact["value"].to_list() == [0.0, 1.0, 1.0, 0.5]
    assert found.filter(pl.col("of") == "all")["value"].is_not_null().any()
