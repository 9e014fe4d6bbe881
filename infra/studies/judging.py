"""What an independent judge says of the restorations of an evaluation set."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import numpy as np
import polars as pl

from rr_tasks.evaluation.images.artefacts.catalogue import ARTEFACTS, Measure
from rr_tasks.evaluation.images.metrics import psnr, ssim
from rr_tasks.evaluation.images.trial import Restored, Trial
from rr_tasks.evaluation.presence import name_combination
from rr_tasks.evaluation.rows import publish_rows
from rr_tasks.photographs.pixels import Bytes
from rr_tasks.reasoner.diagnosis import expect_each
from rr_tasks.reasoner.protocol import Reasoner
from rr_tasks.shards.outcomes import Lost
from rr_tasks.shards.reader import done_shards
from rr_tasks.storage.files import join
from rr_tasks.storage.tables import read_tables

_SCORES: Mapping[str, Measure] = {"psnr": psnr, "ssim": ssim, **ARTEFACTS}
MEASURES = ("severity", *_SCORES)
COLUMNS: Mapping[str, type[pl.DataType]] = {
    "key": pl.String,
    "photograph": pl.String,
    "combination": pl.String,
    **{f"{name}_{side}": pl.Float64 for name in MEASURES for side in ("before", "after")},
}
"""A row for each sample. Severities are sums over all types, as the judge expects them; they are
null where its answer cannot be parsed."""


def judge_trial(trial: Trial, judge: Reasoner, folder: str) -> pl.DataFrame:
    """Restore an evaluation set and let a judge look at it; finished shards in `folder` are kept.

    Returns:
        Rows of `COLUMNS`, without samples that were not diagnosed.
    """
    urls = [
        publish_rows(
            join(folder, f"{marker.shard:05d}.parquet"),
            partial(_rows, trial, judge, marker.shard),
            COLUMNS,
        )
        for marker in done_shards(trial.shards)
    ]
    return pl.concat(read_tables(urls))


def _rows(trial: Trial, judge: Reasoner, shard: int) -> Iterator[dict[str, Any]]:
    for key, found in trial.run(shard):
        if not isinstance(found, Lost) and found.image is not None:
            yield {"key": key, **_compare(found, found.image, judge)}


def _compare(found: Restored, image: Bytes, judge: Reasoner) -> dict[str, Any]:
    sides = {"before": found.degraded, "after": image}
    severities = expect_each(judge, list(sides.values())).sum(1)
    row: dict[str, Any] = {
        "photograph": found.photograph,
        "combination": name_combination(found.truth),
    }
    for (side, shown), severity in zip(sides.items(), severities, strict=True):
        row[f"severity_{side}"] = None if np.isnan(severity) else float(severity)
        row |= {f"{name}_{side}": measure(shown, found.clean) for name, measure in _SCORES.items()}
    return row
