"""Measures what restorers of a study gain on held-out photographs."""

import polars as pl

from rr_tasks.degrade.synthesis import plan_synthesis, synthesize_shard
from rr_tasks.evaluation.images.shard import evaluate_shard, read_evaluation, rows_folder
from rr_tasks.evaluation.images.trial import Trial
from rr_tasks.shards.reader import done_shards
from rr_tasks.shards.spec import open_dataset
from schemas.evaluation import GridName
from schemas.recipe import RECIPES
from schemas.shard import shard_count

SEED = 2026
"""Of the evaluation sets, as of published figures."""

_SHARD_SIZE = 32


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
    """Measure as `measure` does, and return the degraded samples, with their `gain` in dB."""
    degraded = measure(trial, folder).filter(pl.col("combination") != "clean")
    return degraded.with_columns(gain=pl.col("psnr_after") - pl.col("psnr_before"))
