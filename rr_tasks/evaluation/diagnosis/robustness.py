"""Measures whether diagnoses suffer from the size of photographs or from JPEG compression."""

import polars as pl

from rr_tasks.evaluation.presence import compute_grouped_presence

_SINGLES = ~pl.col("combination").str.contains("+", literal=True)


def robustness(rows: pl.DataFrame, seed: int = 0) -> pl.DataFrame:
    """Compute the figures for each size and for JPEG.

    Args:
        rows: samples of the parts `size` and `jpeg`, with `short_side` and `combination`.
        seed: decides the draws of the intervals.

    Returns:
        The columns of `compute_presence` after `shown`, what was shown, and `of`, which samples:
        `clean and singles`, which every size has, or `all`, where there are mixtures too.
    """
    width = pl.col("short_side") * 3 // 2
    saved = pl.when(pl.col("part") == "jpeg").then(pl.lit(", JPEG 85")).otherwise(pl.lit(""))
    named = rows.with_columns(shown=pl.format("{} x {}{}", width, "short_side", saved))
    mixed = named.filter(~_SINGLES)["shown"].unique()
    parts = {
        "clean and singles": named.filter(_SINGLES),
        "all": named.filter(pl.col("shown").is_in(mixed.implode())),
    }
    return pl.concat(
        compute_grouped_presence(part, "shown", seed).insert_column(1, pl.lit(of).alias("of"))
        for of, part in parts.items()
        if not part.is_empty()
    )
