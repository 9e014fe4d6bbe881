"""Measures what restorers of a study gain on held-out photographs."""

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from rr_tasks.degrade.synthesis import plan_synthesis, synthesize_shard
from rr_tasks.evaluation.images.metrics import psnr
from rr_tasks.evaluation.images.shard import evaluate_shard, read_evaluation, rows_folder
from rr_tasks.evaluation.images.trial import Trial
from rr_tasks.evaluation.presence import name_combination
from rr_tasks.evaluation.rows import publish_rows
from rr_tasks.shards.outcomes import Lost
from rr_tasks.shards.reader import done_shards
from rr_tasks.shards.spec import open_dataset
from rr_tasks.storage.files import join
from rr_tasks.storage.tables import read_tables
from schemas.evaluation import GridName
from schemas.recipe import RECIPES
from schemas.shard import shard_count

SEED = 2026
"""Of the evaluation sets, as of published figures."""

_SHARD_SIZE = 32

_GAINS: Mapping[str, type[pl.DataType]] = {
    "key": pl.String,
    "photograph": pl.String,
    "combination": pl.String,
    "gain": pl.Float64,
}


def make_evaluation_set(photographs: str, recipe: GridName, output: str) -> str:
    """Degrade held-out photographs in all ways, as `rr evaluate` does, and return the folder."""
    spec, found = plan_synthesis(photographs, RECIPES[recipe], SEED, None, _SHARD_SIZE)
    data = open_dataset(output, spec, found)
    for shard in range(shard_count(spec)):
        synthesize_shard(data, spec, photographs, shard)
    return data


def measure(trial: Trial, folder: str) -> pl.DataFrame:
    """Restore an evaluation set; finished shards, in a subfolder of `folder`, are kept.

    Returns:
        Rows of `rr_tasks.evaluation.images.shard.COLUMNS`.
    """
    rows = rows_folder(folder, trial)
    return read_evaluation(
        [evaluate_shard(trial, marker.shard, rows) for marker in done_shards(trial.shards)]
    )


def measure_gains(trial: Trial, folder: str) -> pl.DataFrame:
    """Restore an evaluation set; finished shards, in a subfolder of `folder`, are kept.

    Unlike `measure`, it computes nothing but what is gained, which is many times faster.

    Returns:
        Of each degraded sample `key`, `photograph`, `combination` and its `gain` of PSNR in dB.
    """
    rows = rows_folder(join(folder, "gains"), trial)
    urls = [_publish_gains(trial, marker.shard, rows) for marker in done_shards(trial.shards)]
    return pl.concat(read_tables(urls))


def _publish_gains(trial: Trial, shard: int, folder: str) -> str:
    return publish_rows(join(folder, f"{shard:05d}.parquet"), lambda: _gains(trial, shard), _GAINS)


def _gains(trial: Trial, shard: int) -> Iterator[dict[str, Any]]:
    for key, found in trial.run(shard):
        if isinstance(found, Lost) or found.image is None or not found.truth.present():
            continue
        combination = name_combination(found.truth)
        before, after = (psnr(image, found.clean) for image in (found.degraded, found.image))
        yield dict(zip(_GAINS, (key, found.photograph, combination, after - before), strict=True))
