"""Compares restorations with those of baselines, by every score of the field."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import polars as pl

from rr_tasks.evaluation.images.baselines.catalogue import BASELINES
from rr_tasks.evaluation.images.scores import SCORES
from rr_tasks.evaluation.images.sets import divide
from rr_tasks.evaluation.images.trial import Restored, Trial
from rr_tasks.evaluation.interval import compute_intervals
from rr_tasks.evaluation.presence import name_combination
from rr_tasks.evaluation.rows import find_rows, publish_rows
from rr_tasks.photographs.pixels import Bytes
from rr_tasks.shards.outcomes import Lost
from rr_tasks.storage.files import join
from rr_tasks.storage.tables import read_tables
from schemas.prior.current import DEGRADATIONS

IDENTITY, OURS = "none", "rr"
"""The degraded photograph as it is, and what the models of a trial make of it."""

COLUMNS: Mapping[str, type[pl.DataType]] = {
    "key": pl.String,
    "photograph": pl.String,
    "combination": pl.String,
    "method": pl.String,
    **{f"true_{name}": pl.Float64 for name in DEGRADATIONS},
    **dict.fromkeys(SCORES, pl.Float64),
}
"""A row for each sample and each method that applies to it."""


def compare_shard(trial: Trial, shard: int, folder: str) -> str:
    """Restore every sample of a shard by every method that applies to it, and score the results.

    Returns:
        URL of a parquet file with the rows of `COLUMNS`; an existing file is kept.

    Raises:
        HeldError: another run is making the file.
        ShardDamagedError, StorageError: see `rr_tasks.shards.outcomes.read_outcomes`.
    """
    url = join(folder, _rows_name(shard))
    return publish_rows(url, lambda: _rows(trial, shard), COLUMNS)


def find_compared(folder: str, shards: Iterable[int]) -> dict[int, str]:
    """Find the URLs of existing rows by shard number."""
    return find_rows(folder, {shard: _rows_name(shard) for shard in shards})


def compare_methods(urls: list[str]) -> pl.DataFrame:
    """Tabulate the scores of each method in each set of samples.

    Args:
        urls: what `compare_shard` returned.

    Returns:
        A row for each set, method and score with the number of `samples`, the mean (`value`) and
        its 95 % interval (`low`, `high`; see `rr_tasks.evaluation.interval`). Methods are in a set
        if they apply to all of its samples, and scores if they could be computed.
    """
    parts = []
    for group, rows in divide(pl.concat(read_tables(urls))).items():
        samples = rows["key"].n_unique()
        for (method,), some in rows.group_by("method", maintain_order=True):
            if len(some) == samples:
                parts += _tabulate(some, group, str(method))
    return pl.DataFrame(
        parts,
        schema={
            **dict.fromkeys(("set", "method", "score"), pl.String),
            "samples": pl.Int64,
            **dict.fromkeys(("value", "low", "high"), pl.Float64),
        },
        orient="row",
    )


def _rows_name(shard: int) -> str:
    return f"comparison-{shard:05d}.parquet"


def _tabulate(rows: pl.DataFrame, group: str, method: str) -> list[tuple[Any, ...]]:
    intervals = compute_intervals(rows, {score: [pl.col(score)] for score in SCORES})
    return [
        (group, method, score, rows[score].count(), *interval)
        for score, interval in intervals.items()
        if interval.value is not None
    ]


def _rows(trial: Trial, shard: int) -> Iterator[dict[str, Any]]:
    for key, found in trial.run(shard):
        if isinstance(found, Lost):
            continue
        about = {
            "key": key,
            "photograph": found.photograph,
            "combination": name_combination(found.truth),
            **{f"true_{name}": getattr(found.truth, name).severity for name in DEGRADATIONS},
        }
        for method, image in _restore(found):
            scores = {name: score(image, found.clean) for name, score in SCORES.items()}
            yield {**about, "method": method, **scores}


def _restore(found: Restored) -> Iterator[tuple[str, Bytes]]:
    """Yield the name of each method that applies to a sample, and what it makes of it."""
    yield IDENTITY, found.degraded
    for name, baseline in BASELINES.items():
        image = baseline(found.degraded, found.truth)
        if image is not None:
            yield name, image
    # What cannot be diagnosed is left as it is.
    yield OURS, found.degraded if found.image is None else found.image
