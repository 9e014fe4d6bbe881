"""Measures whether probabilities and standard deviations are calibrated."""

import polars as pl

from schemas.prior.current import DEGRADATIONS

BINS = 10


def reliability(rows: pl.DataFrame) -> pl.DataFrame:
    """Compute the reliability diagram: how often a type is present, by its predicted probability.

    Args:
        rows: `source`, and `true_X` and `probability_X` for each type X; rows with a null
            probability are left out.

    Returns:
        For each source, type and non-empty `bin` of probability, 0 to 9: the number of `samples`,
        their mean `probability` and the share in which the type is `present`.
    """
    return (
        pl.concat(_of_type(rows, name) for name in DEGRADATIONS)
        .drop_nulls("probability")
        .with_columns(bin=(pl.col("probability") * BINS).floor().clip(0, BINS - 1).cast(pl.Int64))
        .group_by("source", "type", "bin")
        .agg(
            samples=pl.len(),
            probability=pl.col("probability").mean(),
            present=(pl.col("true") > 0).mean(),
        )
        .join(
            rows.select("source").unique(maintain_order=True).with_row_index("order"), on="source"
        )
        .sort("order", pl.col("type").cast(pl.Enum(DEGRADATIONS)), "bin")
        .drop("order")
    )


def calibration(rows: pl.DataFrame) -> pl.DataFrame:
    """Measure the calibration for each source and type.

    Args:
        rows: as for `reliability`, and `found_X` and `std_X`.

    Returns:
        `ece`, the expected calibration error: the mean distance of probability and share over the
        bins of `reliability`, weighted by their samples. Over present findings with a stated
        deviation: `findings`, the share of true severities `within_1_std` and `within_2_std` of the
        found one, the mean of the deviations and the root mean square of the errors; all null if no
        deviation is stated.
    """
    gap = (pl.col("probability") - pl.col("present")).abs()
    errors = (
        reliability(rows)
        .group_by("source", "type", maintain_order=True)
        .agg(ece=(gap * pl.col("samples")).sum() / pl.col("samples").sum())
    )
    error, std = pl.col("found") - pl.col("true"), pl.col("std")
    sure = (pl.col("true") > 0) & (pl.col("found") > 0) & std.is_not_null()
    findings = pl.concat(_of_type(rows, name) for name in DEGRADATIONS)
    deviations = findings.group_by("source", "type", maintain_order=True).agg(
        findings=sure.sum(),
        within_1_std=(error.abs() <= std).filter(sure).mean(),
        within_2_std=(error.abs() <= 2 * std).filter(sure).mean(),
        mean_std=std.filter(sure).mean(),
        root_mean_square_error=(error**2).filter(sure).mean().sqrt(),
    )
    keys = ["source", "type"]
    order = rows.select("source").unique(maintain_order=True)
    types = pl.DataFrame({"type": DEGRADATIONS})
    return (
        order.join(types, how="cross", maintain_order="left_right")
        .join(errors, on=keys, how="left", maintain_order="left")
        .join(deviations, on=keys, how="left", maintain_order="left")
    )


def _of_type(rows: pl.DataFrame, name: str) -> pl.DataFrame:
    columns = ("true", "found", "probability", "std")
    there = {side: f"{side}_{name}" for side in columns if f"{side}_{name}" in rows.columns}
    return rows.select("source", pl.lit(name).alias("type"), **there)
