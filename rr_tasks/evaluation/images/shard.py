"""Evaluates reasoner and restorer on one shard of the evaluation set."""

import io
from collections.abc import Iterable, Iterator, Mapping
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
from rr_tasks.restorer.treatment import choose_treatment
from rr_tasks.shards.png import decode_png
from rr_tasks.shards.stream import Sample, read_samples, unpack
from rr_tasks.storage.claim import claim
from rr_tasks.storage.files import exists, join, list_paths, publish_bytes, read_bytes
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
    "psnr_before": pl.Float64,
    "psnr_after": pl.Float64,
    "ssim_before": pl.Float64,
    "ssim_after": pl.Float64,
    **{f"{side}_{name}": pl.Float64 for side in ("true", "found") for name in DEGRADATIONS},
}
"""A row for each sample; severities are named like their type, 0 where it is absent.

`undiagnosed` says why the reasoner has no diagnosis of it. Nothing was found or restored then, and
those columns are null.
"""


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
        ShardDamagedError: see `rr_tasks.shards.stream.read_samples`.
    """
    url = join(folder, _rows_name(shard))
    if exists(url):
        return url
    with claim(url):
        if not exists(url):  # whoever held the claim may have finished just now
            rows = pl.DataFrame(list(_rows(shards, shard, reasoner, restorer)), schema=COLUMNS)
            buffer = io.BytesIO()
            rows.write_parquet(buffer)
            publish_bytes(buffer.getvalue(), url)
    return url


def find_evaluated(folder: str, shards: Iterable[int]) -> dict[int, str]:
    """Find the URLs of existing rows by shard number."""
    there = list_paths(folder)
    return {
        shard: join(folder, _rows_name(shard)) for shard in shards if _rows_name(shard) in there
    }


def read_evaluation(urls: list[str]) -> pl.DataFrame:
    """Read all rows of an evaluation.

    Raises:
        NothingToEvaluateError: no photograph could be used and diagnosed.
    """
    # Earlier releases wrote no `undiagnosed`, and no columns where no photograph could be used.
    tables = (pl.read_parquet(read_bytes(url)) for url in urls)
    rows = pl.concat([pl.DataFrame(schema=COLUMNS), *tables], how="diagonal_relaxed")
    if rows.is_empty():
        raise NothingToEvaluateError(
            "none of the held-out photographs could be used; check that they are readable images"
        )
    if rows["undiagnosed"].null_count() == 0:
        raise NothingToEvaluateError(
            f"the reasoner could diagnose none of the photographs: {rows['undiagnosed'][0]}"
        )
    return rows


def restore_as_in_use(image: Bytes, found: DiagnosticPrior, restorer: PhotographRestorer) -> Bytes:
    """Restore a photograph, (H, W, 3), with this diagnosis as `rr restore` would."""
    wanted = choose_treatment(found)
    return np.asarray(image if wanted is None else restorer.restore(image, wanted), np.uint8)


def _rows_name(shard: int) -> str:
    return f"{shard:05d}.parquet"


def _rows(
    shards: str, shard: int, reasoner: Reasoner, restorer: PhotographRestorer
) -> Iterator[dict[str, Any]]:
    remaining = read_samples(shards, shard, "clean.png", "degraded.png", "prior.json")
    while samples := list(islice(remaining, reasoner.batch_size)):
        images = [unpack(sample, "degraded.png", decode_png) for sample in samples]
        answers = diagnose_each(reasoner, images)
        for sample, degraded, answer in zip(samples, images, answers, strict=True):
            yield _row(sample, degraded, answer, restorer)


def _row(
    sample: Sample, degraded: Bytes, answer: Answer, restorer: PhotographRestorer
) -> dict[str, Any]:
    clean = unpack(sample, "clean.png", decode_png)
    truth = unpack(sample, "prior.json", load_prior)
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
