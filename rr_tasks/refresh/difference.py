"""Measures how two sets of annotations differ.

Comparisons are read a few shards at a time, and only counts are kept, so memory does not grow with
the data set. Shifts of severity are counted in tenths of a point.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice, pairwise

import numpy as np
import polars as pl

from rr_tasks.refresh.comparison import COLUMNS
from schemas.prior.current import DEGRADATIONS

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
EDGES = (0, 2, 5, 10, 20, 100)
"""Bins of the histogram, in points of severity: none, up to 2, and so on, in both directions."""

_COUNTED = ("degradation", "was", "now", "tenths")
# Adding up costs as much for a few shards as for one.
_AT_ONCE = 32
_NOTHING = pl.DataFrame(schema=COLUMNS)
_COMPARED = pl.col("equal").is_not_null()


@dataclass(frozen=True)
class Difference:
    """Tables about the samples of two sets of annotations.

    `totals` is one row: how many samples were compared, are equal, differ in maps alone, have
    another order, order the same types otherwise, or exist on one side only. `changes` has a row
    for each degradation: how often it was and is found, appeared and vanished; in how many per cent
    of the samples both sides agree whether it is there; and, over samples that have it on both
    sides, how far the severities lie apart on average, and their shift, new minus old (mean and
    quantiles; null if there are none). `histogram` counts these shifts in bins above `low` up to
    `high`, mirrored below zero; the bin 0 to 0 means none, or less than 0.05.
    """

    totals: pl.DataFrame
    changes: pl.DataFrame
    histogram: pl.DataFrame


def measure_difference(comparisons: Iterable[pl.DataFrame]) -> Difference:
    """Sum up the rows of `rr_tasks.refresh.comparison.compare`, shard after shard."""
    totals, counts, remaining = _totals(_NOTHING), _counts(_NOTHING), iter(comparisons)
    while some := list(islice(remaining, _AT_ONCE)):
        rows = pl.concat(some)
        totals = pl.concat([totals, _totals(rows)]).sum()
        counts = _add_up(pl.concat([counts, _counts(rows)]))
    return Difference(totals, _changes(counts), _histogram(counts))


def _totals(rows: pl.DataFrame) -> pl.DataFrame:
    compared = rows.filter(_COMPARED)
    return pl.DataFrame(
        {
            "samples": compared.height,
            "equal": compared["equal"].sum(),
            "maps_only": compared["maps_only"].sum(),
            "order_changed": compared["order_changed"].sum(),
            "reordered": compared["reordered"].sum(),
            "only_old": rows["new_haze"].is_null().sum(),
            "only_new": rows["old_haze"].is_null().sum(),
        }
    )


def _counts(rows: pl.DataFrame) -> pl.DataFrame:
    """Count samples and add up shifts by degradation, presence on each side, and rounded shift."""
    compared = rows.lazy().filter(_COMPARED)
    parts = [
        compared.select(
            degradation=pl.lit(name),
            was=pl.col(f"old_{name}") > 0,
            now=pl.col(f"new_{name}") > 0,
            tenths=((pl.col(f"new_{name}") - pl.col(f"old_{name}")) * 10).round().cast(pl.Int32),
            shift=pl.col(f"new_{name}") - pl.col(f"old_{name}"),
            samples=pl.lit(1, pl.Int64),
        )
        for name in DEGRADATIONS
    ]
    return _add_up(pl.concat(parts).collect())


def _add_up(counts: pl.DataFrame) -> pl.DataFrame:
    return counts.group_by(_COUNTED).agg(pl.col("shift", "samples").sum()).sort(_COUNTED)


def _changes(counts: pl.DataFrame) -> pl.DataFrame:
    was, now, samples, tenths = map(pl.col, ("was", "now", "samples", "tenths"))
    found = (
        _for_each_degradation(counts)
        .group_by("degradation", maintain_order=True)
        .agg(
            samples.filter(was).sum().alias("found_old"),
            samples.filter(now).sum().alias("found_new"),
            samples.filter(~was, now).sum().alias("appeared"),
            samples.filter(was, ~now).sum().alias("vanished"),
            samples.filter(was, now).sum().alias("in_both"),
            (100 * samples.filter(was == now).sum() / samples.sum())
            .fill_nan(None)
            .alias("agreement"),
            ((tenths.abs() * samples).filter(was, now).sum() / 10 / samples.filter(was, now).sum())
            .fill_nan(None)
            .alias("distance"),
            (pl.col("shift").filter(was, now).sum() / samples.filter(was, now).sum())
            .fill_nan(None)
            .alias("shift_mean"),
        )
    )
    kept = counts.filter("was", "now").partition_by("degradation", as_dict=True)
    quantiles = pl.DataFrame(
        [[_quantile(kept.get((name,)), share) for name in DEGRADATIONS] for share in QUANTILES],
        schema={_name(share): pl.Float64 for share in QUANTILES},
    )
    return found.hstack(quantiles)


def _for_each_degradation(counts: pl.DataFrame) -> pl.DataFrame:
    """Sort counts in the order of `DEGRADATIONS`, with nulls for types without any."""
    return pl.DataFrame({"degradation": DEGRADATIONS}).join(
        counts, on="degradation", how="left", maintain_order="left_right"
    )


def _name(share: float) -> str:
    return "shift_median" if share == 0.5 else f"shift_q{100 * share:02.0f}"


def _quantile(kept: pl.DataFrame | None, share: float) -> float | None:
    """Interpolate a quantile linearly between the two nearest samples."""
    if kept is None:
        return None
    tenths, upto = kept["tenths"].to_numpy(), kept["samples"].cum_sum().to_numpy()
    rank = share * (upto[-1] - 1)
    near = np.searchsorted(upto, [math.floor(rank), math.ceil(rank)], side="right")
    return float(np.interp(rank % 1.0, [0.0, 1.0], tenths[near])) / 10


def _histogram(counts: pl.DataFrame) -> pl.DataFrame:
    tenths = pl.col("tenths")
    size = pl.sum_horizontal(tenths.abs() > 10 * edge for edge in EDGES[:-1]).cast(pl.Int32)
    counted = (
        counts.filter("was", "now")
        .group_by("degradation", (size * tenths.sign()).alias("bin"))
        .agg(pl.col("samples").sum())
    )
    bins = pl.DataFrame(_bins(), schema={"bin": pl.Int32, "low": int, "high": int}, orient="row")
    return (
        pl.DataFrame({"degradation": DEGRADATIONS})
        .join(bins, how="cross")
        .join(counted, on=("degradation", "bin"), how="left", maintain_order="left")
        .select("degradation", "low", "high", pl.col("samples").fill_null(0))
    )


def _bins() -> list[tuple[int, int, int]]:
    upwards = [(place, *edges) for place, edges in enumerate(pairwise(EDGES), 1)]
    downwards = [(-place, -low, -high) for place, low, high in reversed(upwards)]
    return [*downwards, (0, 0, 0), *upwards]
