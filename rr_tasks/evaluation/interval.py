"""Computes 95 % intervals of figures by resampling photographs.

Errors within one photograph are correlated, so whole photographs are resampled, with all their
samples (the cluster bootstrap: Davison and Hinkley 1997, section 3.8; percentile intervals).
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import polars as pl

DRAWS = 1000

_ENDS = (0.025, 0.975)

Figure = Sequence[pl.Expr]
"""Each expression gives a value for every row, null where it does not count; a figure is the mean
of the means of its expressions."""


class Interval(NamedTuple):
    """A figure and its 95 % interval; all are null if no row counts.

    With a single photograph there is nothing to resample, and the interval is the figure itself.
    """

    value: float | None
    low: float | None
    high: float | None


def compute_intervals(
    rows: pl.DataFrame, figures: Mapping[str, Figure], seed: int = 0, draws: int = DRAWS
) -> dict[str, Interval]:
    """Compute figures with their intervals.

    Args:
        rows: the samples; `photograph` says which belong together.
        figures: what to compute, by name.
        seed: decides the draws.
        draws: how many times the photographs are resampled, with replacement.
    """
    if rows.is_empty():
        return dict.fromkeys(figures, Interval(None, None, None))
    parts = [part.cast(pl.Float64) for figure in figures.values() for part in figure]
    numbered = dict(enumerate(parts))
    by_photograph = rows.group_by("photograph").agg(
        *(part.sum().alias(f"sum_{number}") for number, part in numbered.items()),
        *(part.count().alias(f"count_{number}") for number, part in numbered.items()),
    )
    ordered = by_photograph.sort("photograph")
    sums = ordered.select(pl.col("^sum_.*$")).to_numpy()
    counts = ordered.select(pl.col("^count_.*$")).to_numpy()
    height = len(ordered)
    drawn = np.random.default_rng(seed).multinomial(height, np.full(height, 1 / height), size=draws)
    times = np.vstack([np.ones((1, height)), drawn])
    with np.errstate(invalid="ignore", divide="ignore"):
        means = (times @ sums) / (times @ counts)
    ends = np.cumsum([len(figure) for figure in figures.values()])[:-1]
    split = np.split(means, ends, axis=1)
    return {name: _interval(part.mean(axis=1)) for name, part in zip(figures, split, strict=True)}


def _interval(values: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> Interval:
    """Make an interval from the value for all photographs and, after it, those of draws."""
    if np.isnan(values[0]):
        return Interval(None, None, None)
    low, high = np.nanquantile(values[1:], _ENDS)
    return Interval(float(values[0]), float(low), float(high))
