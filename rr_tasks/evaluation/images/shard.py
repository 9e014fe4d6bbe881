"""Evaluates reasoner and restorer on one shard of the evaluation set."""

import io
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import numpy as np
import polars as pl

from rr_tasks.evaluation.images.metrics import psnr, ssim
from rr_tasks.reasoner.edge import EdgeReasoner
from rr_tasks.restorer.photograph import PhotographRestorer
from rr_tasks.restorer.treatment import treatment
from rr_tasks.shards.png import Bytes, decode_png
from rr_tasks.shards.stream import read_samples, unpack
from rr_tasks.storage.claim import claim
from rr_tasks.storage.files import exists, join, paths_there, publish_bytes, read_bytes
from schemas.errors import ExpectedError
from schemas.prior.current import DEGRADATIONS, DiagnosticPrior
from schemas.prior.migrations import load_prior


class NothingToEvaluateError(ExpectedError, ValueError):
    """An evaluation has no rows."""


EVALUATION_VERSION = 2
"""Counts changes of the code that alter the figures of the same weights on the same data set."""

_BATCH = 8


def rows_folder(root: str, reasoner_sha256: str, restorer_sha256: str, data_set: str) -> str:
    """Folder of the rows that these weights give on this data set."""
    weights = f"{reasoner_sha256[:12]}-{restorer_sha256[:12]}"
    name = f"v{EVALUATION_VERSION}-{data_set.rsplit('/', 1)[-1]}-{weights}"
    return join(root, "rows", name)


def evaluate_shard(
    shards: str, shard: int, folder: str, reasoner: EdgeReasoner, restorer: PhotographRestorer
) -> str:
    """Diagnose, restore and compare every sample of a shard.

    Returns:
        URL of a parquet file with a row for each sample; one that is there already is kept.

    Raises:
        HeldError: another run is making the file.
        ShardDamagedError: see `rr_tasks.shards.stream.read_samples`.
    """
    url = join(folder, _rows_name(shard))
    if exists(url):
        return url
    with claim(url):
        if not exists(url):  # whoever held the claim may have finished just now
            rows = pl.DataFrame(list(_rows(shards, shard, reasoner, restorer)))
            buffer = io.BytesIO()
            rows.write_parquet(buffer)
            publish_bytes(buffer.getvalue(), url)
    return url


def evaluated_shards(folder: str, shards: Iterable[int]) -> dict[int, str]:
    """The URLs of rows that are there already, by the numbers of their shards."""
    there = paths_there(folder)
    return {
        shard: join(folder, _rows_name(shard)) for shard in shards if _rows_name(shard) in there
    }


def read_evaluation(urls: list[str]) -> pl.DataFrame:
    """All rows of an evaluation.

    Raises:
        NothingToEvaluateError: not a single photograph could be used.
    """
    # A shard of which every photograph failed has neither rows nor columns.
    rows = pl.concat((pl.read_parquet(read_bytes(url)) for url in urls), how="diagonal")
    if rows.is_empty():
        raise NothingToEvaluateError(
            "none of the held-out photographs could be used; check that they are readable images"
        )
    return rows


def restored_as_in_use(image: Bytes, found: DiagnosticPrior, restorer: PhotographRestorer) -> Bytes:
    """What `rr restore` makes of a photograph, (H, W, 3), that is diagnosed so."""
    wanted = treatment(found)
    return np.asarray(image if wanted is None else restorer.restore(image, wanted), np.uint8)


def _rows_name(shard: int) -> str:
    return f"{shard:05d}.parquet"


def _rows(
    shards: str, shard: int, reasoner: EdgeReasoner, restorer: PhotographRestorer
) -> Iterator[dict[str, Any]]:
    remaining = read_samples(shards, shard, "clean.png", "degraded.png", "prior.json")
    while samples := list(islice(remaining, _BATCH)):
        found = reasoner.diagnose_all(
            [unpack(sample, "degraded.png", decode_png) for sample in samples]
        )
        for sample, prior in zip(samples, found, strict=True):
            yield _row(sample, prior, restorer)


def _row(
    sample: dict[str, Any], found: DiagnosticPrior, restorer: PhotographRestorer
) -> dict[str, Any]:
    clean, degraded = (unpack(sample, name, decode_png) for name in ("clean.png", "degraded.png"))
    truth = unpack(sample, "prior.json", load_prior)
    restored = restored_as_in_use(degraded, found, restorer)
    return {
        "key": sample["__key__"],
        "combination": "+".join(n for n in DEGRADATIONS if getattr(truth, n).present) or "clean",
        "psnr_before": psnr(degraded, clean),
        "psnr_after": psnr(restored, clean),
        "ssim_before": ssim(degraded, clean),
        "ssim_after": ssim(restored, clean),
        **{f"true_{name}": getattr(truth, name).severity for name in DEGRADATIONS},
        **{f"found_{name}": getattr(found, name).severity for name in DEGRADATIONS},
    }
