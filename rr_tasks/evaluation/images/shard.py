"""Evaluates reasoner and restorer on one shard of the evaluation set."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import numpy as np
import polars as pl

from rr_tasks.evaluation.images.metrics import psnr, ssim
from rr_tasks.evaluation.presence import name_combination
from rr_tasks.photographs.pixels import Bytes
from rr_tasks.reasoner.diagnosis import diagnose_each
from rr_tasks.reasoner.protocol import Answer, Reasoner, Unparsed
from rr_tasks.restorer.photograph import PhotographRestorer
from rr_tasks.shards.outcomes import LOST, Decoders, Lost, read_good_rows
from rr_tasks.shards.png import decode_png
from rr_tasks.shards.stream import Sample
from rr_tasks.storage.claim import claim
from rr_tasks.storage.files import exists, join, list_paths
from rr_tasks.storage.tables import publish_table, read_tables
from rr_tasks.treatment.choice import choose_treatment
from schemas.errors import ExpectedError
from schemas.prior.current import DEGRADATIONS, DiagnosticPrior
from schemas.prior.migrations import load_prior
from schemas.reasoner import ReasonerIdentity


class NothingToEvaluateError(ExpectedError, ValueError):
    """An evaluation has no rows."""


EVALUATION_VERSION = 2
"""Counts changes of the code that alter the figures of the same weights on the same data set."""

COLUMNS: Mapping[str, type[pl.DataType]] = {
    "key": pl.String,
    "combination": pl.String,
    "undiagnosed": pl.String,
    "lost": pl.String,
    "psnr_before": pl.Float64,
    "psnr_after": pl.Float64,
    "ssim_before": pl.Float64,
    "ssim_after": pl.Float64,
    **{f"{side}_{name}": pl.Float64 for side in ("true", "found") for name in DEGRADATIONS},
}
"""A row for each sample; severities are named like their type, 0 where it is absent.

`undiagnosed` says why the reasoner has no diagnosis of it. Nothing was found or restored then, and
those columns are null. `lost` says why the sample cannot be read, and everything else is null then.
"""

_DECODERS: Decoders = {
    "clean.png": decode_png,
    "degraded.png": decode_png,
    "prior.json": load_prior,
}


def rows_folder(root: str, reasoner: ReasonerIdentity, restorer_digest: str, data_set: str) -> str:
    """Name the folder of the rows that these models produce on this data set."""
    models = f"{reasoner.fingerprint[:12]}-{restorer_digest[:12]}"
    name = f"v{EVALUATION_VERSION}-{data_set.rsplit('/', 1)[-1]}-{models}"
    return join(root, "rows", name)


def evaluate_shard(
    shards: str, shard: int, folder: str, reasoner: Reasoner, restorer: PhotographRestorer
) -> str:
    """Diagnose, restore and compare every sample of a shard.

    Returns:
        URL of a parquet file with the rows of `COLUMNS`; an existing file is kept.

    Raises:
        HeldError: another run is making the file.
        ShardDamagedError, StorageError: see `rr_tasks.shards.outcomes.read_outcomes`.
    """
    url = join(folder, _rows_name(shard))
    if exists(url):
        return url
    with claim(url):
        if not exists(url):  # whoever held the claim may have finished just now
            rows = pl.DataFrame(list(_rows(shards, shard, reasoner, restorer)), schema=COLUMNS)
            publish_table(rows, url)
    return url


def find_evaluated(folder: str, shards: Iterable[int]) -> dict[int, str]:
    """Find the URLs of existing rows by shard number."""
    there = list_paths(folder)
    return {
        shard: join(folder, _rows_name(shard)) for shard in shards if _rows_name(shard) in there
    }


def read_evaluation(urls: list[str]) -> pl.DataFrame:
    """Read the rows of all samples of an evaluation that could be read.

    Raises:
        NothingToEvaluateError: no photograph could be used and diagnosed.
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


def restore_as_in_use(image: Bytes, found: DiagnosticPrior, restorer: PhotographRestorer) -> Bytes:
    """Restore a photograph, (H, W, 3), with this diagnosis as `rr restore` would."""
    wanted = choose_treatment(found)
    return np.asarray(image if wanted is None else restorer.restore(image, wanted), np.uint8)


def _read_rows(urls: list[str]) -> pl.DataFrame:
    # Earlier releases wrote fewer columns, and none where no photograph could be used.
    return pl.concat([pl.DataFrame(schema=COLUMNS), *read_tables(urls)], how="diagonal_relaxed")


def _rows_name(shard: int) -> str:
    return f"{shard:05d}.parquet"


def _rows(
    shards: str, shard: int, reasoner: Reasoner, restorer: PhotographRestorer
) -> Iterator[dict[str, Any]]:
    remaining = read_good_rows(shards, shard, _DECODERS)
    while batch := list(islice(remaining, reasoner.batch_size)):
        samples = [found for _, found in batch if not isinstance(found, Lost)]
        answers = iter(_diagnose(reasoner, samples))
        for row, found in batch:
            if isinstance(found, Lost):
                yield {"key": row.key, "lost": found.reason}
            else:
                yield _row(found, next(answers), restorer)


def _diagnose(reasoner: Reasoner, samples: Sequence[Sample]) -> list[Answer]:
    images = [sample["degraded.png"] for sample in samples]
    return diagnose_each(reasoner, images) if images else []


def _row(sample: Sample, answer: Answer, restorer: PhotographRestorer) -> dict[str, Any]:
    clean, degraded, truth = (sample[name] for name in _DECODERS)
    row = {
        "key": sample["__key__"],
        "combination": name_combination(truth),
        "psnr_before": psnr(degraded, clean),
        "ssim_before": ssim(degraded, clean),
        **{f"true_{name}": getattr(truth, name).severity for name in DEGRADATIONS},
    }
    if isinstance(answer, Unparsed):
        return {**row, "undiagnosed": answer.reason}
    restored = restore_as_in_use(degraded, answer, restorer)
    return {
        **row,
        "psnr_after": psnr(restored, clean),
        "ssim_after": ssim(restored, clean),
        **{f"found_{name}": getattr(answer, name).severity for name in DEGRADATIONS},
    }
