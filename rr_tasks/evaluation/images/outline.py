"""What people read of a comparison of methods: few sets, short numbers."""

import polars as pl

from rr_tasks.evaluation.images.sets import OUTLINED

_NO_SHARES = ("psnr", "psnr_y", "niqe")
"""Scores that are not shares of one."""


def outline(comparison: pl.DataFrame) -> pl.DataFrame:
    """Write the scores of each method in each of the sets `OUTLINED`, as text.

    Args:
        comparison: see `rr_tasks.evaluation.images.comparison.compare_methods`.

    Returns:
        `set`, `method`, `psnr (95 %)`, which is the mean and in brackets its interval, and a column
        for the mean of each other score, empty where there is none.
    """
    shown = comparison.filter(pl.col("set").is_in(OUTLINED))
    rows: dict[tuple[str, str], dict[str, str]] = {}
    for one in shown.iter_rows(named=True):
        row = rows.setdefault((one["set"], one["method"]), {})
        name, value = one["score"], _write(one["score"], one["value"])
        if name == "psnr":
            name, value = "psnr (95 %)", f"{value} ({one['low']:.1f}-{one['high']:.1f})"
        row[name.replace("_", " ")] = value
    scores = dict.fromkeys(name for row in rows.values() for name in row)
    return pl.DataFrame(
        [(*of, *(row.get(name, "") for name in scores)) for of, row in rows.items()],
        schema=dict.fromkeys(("set", "method", *scores), pl.String),
        orient="row",
    )


def _write(score: str, value: float) -> str:
    return f"{value:.2f}" if score in _NO_SHARES else f"{value:.3f}".removeprefix("0")
