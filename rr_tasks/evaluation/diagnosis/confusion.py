"""Counts which sets of degradations are mistaken for which."""

import polars as pl

from rr_tasks.evaluation.diagnosis.sample import COMBINATION_NAMES
from schemas.prior.current import DEGRADATIONS


def confusion(rows: pl.DataFrame) -> pl.DataFrame:
    """Count samples by the set that is present and the set that was found.

    Args:
        rows: `source`, and severities `true_X` and `found_X` for each type X.

    Returns:
        `source`, `true`, `found` and `samples` for all 16 x 16 pairs of sets, clean first, then
        singles, pairs and so on, including counts of 0.
    """
    counted = (
        rows.select("source", true=_set("true"), found=_set("found"))
        .group_by("source", "true", "found")
        .agg(samples=pl.len())
    )
    names = pl.DataFrame({"true": COMBINATION_NAMES})
    return (
        rows.select("source")
        .unique(maintain_order=True)
        .join(names, how="cross", maintain_order="left_right")
        .join(names.rename({"true": "found"}), how="cross", maintain_order="left_right")
        .join(counted, on=["source", "true", "found"], how="left", maintain_order="left")
        .with_columns(pl.col("samples").fill_null(0).cast(pl.Int64))
    )


def _set(side: str) -> pl.Expr:
    """Name the set that is present, as `rr_tasks.evaluation.presence.name_combination` does."""
    present = [pl.when(pl.col(f"{side}_{name}") > 0).then(pl.lit(name)) for name in DEGRADATIONS]
    joined = pl.concat_str(present, separator="+", ignore_nulls=True)
    return pl.when(joined == "").then(pl.lit("clean")).otherwise(joined)
