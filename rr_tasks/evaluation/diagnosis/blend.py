"""Measures whether the expected severity rises from a clean to a degraded photograph."""

import polars as pl

from rr_tasks.evaluation.interval import compute_intervals
from schemas.prior.current import DEGRADATIONS

STEADY = 0.9


def blend_figures(rows: pl.DataFrame, seed: int = 0) -> pl.DataFrame:
    """Correlate the share of degradation in blends with the severity that the reasoner expects.

    Args:
        rows: `photograph`, `combination` (the single type), `share` (of the degraded photograph)
            and `expected` (the severity).
        seed: decides the draws of the intervals.

    Returns:
        For each type: `spearman`, the mean of the photographs' rank correlations, with its 95 %
        interval `low` and `high`, and the share of photographs that are `steady`: 0.9 or more.
    """
    ranked = rank_blends(rows)
    figures = []
    for name in DEGRADATIONS:
        of_type = ranked.filter(pl.col("combination") == name)
        mean = compute_intervals(of_type, {"spearman": [pl.col("spearman")]}, seed)["spearman"]
        steady = (of_type["spearman"] >= STEADY - 1e-9).mean()
        figures.append((name, len(of_type), *mean, steady))
    columns = ("type", "photographs", "spearman", "low", "high", "steady")
    return pl.DataFrame(figures, schema=columns, orient="row")


def rank_blends(rows: pl.DataFrame) -> pl.DataFrame:
    """Correlate the ranks of shares and of expected severities; see `blend_figures`.

    Returns:
        `spearman` for each `combination` and `photograph`; 0 if the severity is constant.
    """
    rank = pl.corr("share", "expected", method="spearman").fill_nan(0.0).fill_null(0.0)
    return rows.group_by("combination", "photograph").agg(spearman=rank)
