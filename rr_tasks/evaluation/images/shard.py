"""Evaluates reasoner and restorer on one shard of the evaluation set."""

from collections.abc import Iterable, Iterator, Mapping
from math import isfinite
from typing import Any

import polars as pl

from rr_tasks.evaluation.images.artefacts.catalogue import ARTEFACTS
from rr_tasks.evaluation.images.metrics import psnr, ssim
from rr_tasks.evaluation.images.trial import Restored, Trial
from rr_tasks.evaluation.presence import name_combination
from rr_tasks.evaluation.rows import find_rows, publish_rows
from rr_tasks.photographs.pixels import Bytes
from rr_tasks.reasoner.diagnosis import expect_each
from rr_tasks.reasoner.protocol import Reasoner, Unparsed
from rr_tasks.shards.outcomes import LOST, Lost
from rr_tasks.storage.files import join
from rr_tasks.storage.tables import read_tables
from schemas.errors import ExpectedError
from schemas.prior.current import DEGRADATIONS


class NothingToEvaluateError(ExpectedError, ValueError):
    """An evaluation has no rows."""


EVALUATION_VERSION = 8
"""Counts changes of the code that alter the figures of the same weights on the same data set."""

COLUMNS: Mapping[str, type[pl.DataType]] = {
    "key": pl.String,
    "photograph": pl.String,
    "combination": pl.String,
    "undiagnosed": pl.String,
    "outcome": pl.String,
    "lost": pl.String,
    "psnr_before": pl.Float64,
    "psnr_after": pl.Float64,
    "ssim_before": pl.Float64,
    "ssim_after": pl.Float64,
    **{f"{name}_{side}": pl.Float64 for name in ARTEFACTS for side in ("before", "after")},
    "severity_before": pl.Float64,
    "severity_after": pl.Float64,
    **{f"{side}_{name}": pl.Float64 for side in ("true", "found") for name in DEGRADATIONS},
}
"""A row for each sample. Severities are named like their type, 0 where it is absent; artefacts are
null where there is nothing to measure. `outcome` says what `rr restore` would do with it.
`severity_before` and `severity_after` are sums over all types, as the judge of the trial expects
them, and null without one or where its answer cannot be parsed.

`undiagnosed` says why the reasoner has no diagnosis of it, and what was found is null then; so is
what was restored, unless the restorer was given another prior. `lost` says why the sample cannot be
read, and everything else is null then.
"""


def rows_folder(root: str, trial: Trial) -> str:
    """Name the folder of the rows that these models produce on this data set in this setting."""
    data = trial.shards.rsplit("/", 1)[-1]
    return join(root, "rows", f"v{EVALUATION_VERSION}-{data}-{trial.setting.name}-{trial.models}")


def evaluate_shard(trial: Trial, shard: int, folder: str) -> str:
    """Diagnose, restore and compare every sample of a shard.

    Returns:
        URL of a parquet file with the rows of `COLUMNS`; an existing file is kept.

    Raises:
        HeldError: another run is making the file.
        ShardDamagedError, StorageError: see `rr_tasks.shards.outcomes.read_outcomes`.
    """
    url = join(folder, _rows_name(shard))
    return publish_rows(url, lambda: _rows(trial, shard), COLUMNS)


def find_evaluated(folder: str, shards: Iterable[int]) -> dict[int, str]:
    """Find the URLs of existing rows by shard number."""
    return find_rows(folder, {shard: _rows_name(shard) for shard in shards})


def read_evaluation(urls: list[str]) -> pl.DataFrame:
    """Read the rows of all samples of an evaluation that could be read.

    Raises:
        NothingToEvaluateError: no photograph could be used, diagnosed and restored.
    """
    rows = _read_rows(urls).filter(pl.col("lost").is_null())
    if rows.is_empty():
        raise NothingToEvaluateError(
            "none of the held-out photographs could be used; check that they are readable images"
        )
    if rows["undiagnosed"].null_count() == 0:
        raise NothingToEvaluateError(
            f"the reasoner could diagnose none of the photographs: {rows['undiagnosed'][0]}"
        )
    if rows["psnr_after"].null_count() == len(rows):
        raise NothingToEvaluateError(
            "none of the photographs was restored, because no shard holds another one whose "
            "diagnosis could be given to it; evaluate more photographs, or other priors than "
            "shuffled ones"
        )
    return rows


def list_lost(urls: list[str], shards: str) -> pl.DataFrame:
    """List the samples of the evaluation set that cannot be read, as columns `source` and `error`.

    Args:
        urls: the rows of an evaluation.
        shards: URL of its evaluation set, which names the samples to people.
    """
    rows = _read_rows(urls).drop_nulls("lost")
    return rows.select(
        source=pl.lit(f"{shards}, sample ") + pl.col("key"), error=pl.lit(LOST) + pl.col("lost")
    )


def _read_rows(urls: list[str]) -> pl.DataFrame:
    # Earlier releases wrote fewer columns, and none where no photograph could be used.
    return pl.concat([pl.DataFrame(schema=COLUMNS), *read_tables(urls)], how="diagonal_relaxed")


def _rows_name(shard: int) -> str:
    return f"{shard:05d}.parquet"


def _rows(trial: Trial, shard: int) -> Iterator[dict[str, Any]]:
    for key, found in trial.run(shard):
        if isinstance(found, Lost):
            yield {"key": key, "lost": found.reason}
        else:
            yield {"key": key, **_row(found), **_judge(trial.judge, found)}


def _row(found: Restored) -> dict[str, Any]:
    row: dict[str, Any] = {
        "photograph": found.photograph,
        "combination": name_combination(found.truth),
        **{f"true_{name}": getattr(found.truth, name).severity for name in DEGRADATIONS},
        **_compare(found.degraded, found.clean, "before"),
    }
    if isinstance(found.answer, Unparsed):
        row["undiagnosed"] = found.answer.reason
    else:
        row |= {f"found_{name}": getattr(found.answer, name).severity for name in DEGRADATIONS}
    if found.image is not None:
        row |= {"outcome": found.outcome, **_compare(found.image, found.clean, "after")}
    return row


def _judge(judge: Reasoner | None, found: Restored) -> dict[str, float]:
    """Let a judge say how much of all degradations it finds before and after."""
    if judge is None:
        return {}
    sides = {"severity_before": found.degraded, "severity_after": found.image}
    shown = {side: image for side, image in sides.items() if image is not None}
    severities = expect_each(judge, list(shown.values())).sum(1).tolist()
    return {side: value for side, value in zip(shown, severities, strict=True) if isfinite(value)}


def _compare(image: Bytes, clean: Bytes, side: str) -> dict[str, float | None]:
    figures: dict[str, float | None] = {"psnr": psnr(image, clean), "ssim": ssim(image, clean)}
    figures |= {name: measure(image, clean) for name, measure in ARTEFACTS.items()}
    return {f"{name}_{side}": value for name, value in figures.items()}
