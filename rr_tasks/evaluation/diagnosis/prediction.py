"""Predicts all samples of one photograph in one setting, and keeps them in a table."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from math import isnan
from typing import Any

import polars as pl

from rr_tasks.evaluation.diagnosis.row import COLUMNS, diagnosis_row
from rr_tasks.evaluation.diagnosis.sample import make_blends, make_samples
from rr_tasks.evaluation.diagnosis.setting import Setting, list_settings
from rr_tasks.photographs.formats.base import UnusablePhotographError
from rr_tasks.photographs.listing import Photographs, list_photographs, read_listing
from rr_tasks.photographs.reading import DECODER_VERSION, LARGEST_FILE, read_photograph
from rr_tasks.reasoner.diagnosis import diagnose_each, expect_each
from rr_tasks.reasoner.protocol import Reasoner
from rr_tasks.storage.claim import claim
from rr_tasks.storage.files import exists, join, list_paths
from rr_tasks.storage.identity import identity
from rr_tasks.storage.names import to_text
from rr_tasks.storage.tables import publish_table, read_tables
from schemas.assessment import AssessmentSpec
from schemas.errors import ExpectedError
from schemas.prior.current import DEGRADATIONS
from schemas.reasoner import ReasonerIdentity
from schemas.recipe import DegradationRecipe
from schemas.shard import spec_hash

_PIXELS_AT_A_TIME = 4_000_000
_NO_ANSWER = "the reasoner expects no severity"


class NothingToAssessError(ExpectedError, ValueError):
    """None of the photographs could be used."""


def plan_assessment(
    photographs: str,
    output: str,
    *,
    reasoner: ReasonerIdentity,
    recipes: Sequence[DegradationRecipe],
    rounds: int,
    short_sides: Sequence[int],
    seed: int,
) -> tuple[AssessmentSpec, Photographs]:
    """List the photographs, and describe everything that determines the predictions.

    Raises:
        MissingFolderError: there are no photographs.
    """
    urls = list_photographs(photographs)
    spec = AssessmentSpec(
        reasoner=reasoner,
        inputs_sha256=identity(photographs, urls, output, LARGEST_FILE),
        decoder=DECODER_VERSION,
        recipes=tuple(recipes),
        rounds=rounds,
        short_sides=tuple(short_sides),
        seed=seed,
    )
    return spec, urls


def predictions_folder(root: str, spec: AssessmentSpec) -> str:
    """Return the folder for the predictions of a spec; every spec has its own."""
    return join(root, "predictions", spec_hash(spec))


def predict(folder: str, spec: AssessmentSpec, source: str, reasoner: Reasoner, shard: int) -> str:
    """Predict one photograph in one setting; consecutive numbers share a setting.

    Returns:
        URL of a parquet file with the rows of `COLUMNS`; an existing file is kept.

    Raises:
        HeldError: another run is making the file.
    """
    url = join(folder, _name(shard))
    if exists(url):
        return url
    with claim(url):
        if not exists(url):  # whoever held the claim may have finished just now
            rows = _rows(spec, read_listing(folder, source), reasoner, shard)
            publish_table(pl.DataFrame(rows, schema=COLUMNS), url)
    return url


def shard_numbers(spec: AssessmentSpec, photographs: Photographs) -> range:
    """Return the shard numbers that `predict` accepts."""
    return range(len(list_settings(spec)) * len(photographs))


def find_predictions(folder: str, shards: Iterable[int]) -> dict[int, str]:
    """Find the URLs of finished tables by shard number."""
    there = list_paths(folder)
    return {shard: join(folder, _name(shard)) for shard in shards if _name(shard) in there}


def read_predictions(urls: Sequence[str]) -> pl.DataFrame:
    """Read all rows, including those of photographs and samples that could not be used.

    Raises:
        NothingToAssessError: all rows are of that kind.
    """
    rows = pl.concat(read_tables(urls))
    used = rows.filter(pl.col("error").is_null())
    if used.is_empty():
        raise NothingToAssessError(
            "none of the photographs could be used; check that they are readable images"
        )
    if used["undiagnosed"].null_count() == 0:
        raise NothingToAssessError(
            f"the reasoner could diagnose none of the samples: {used['undiagnosed'][0]}"
        )
    return rows


def list_failed_photographs(rows: pl.DataFrame) -> pl.DataFrame:
    """List the photographs that could not be used, each once, as columns `source` and `error`."""
    failed = rows.filter(pl.col("error").is_not_null())
    return failed.select(source="photograph", error="error").unique("source", maintain_order=True)


def _name(shard: int) -> str:
    return f"{shard:06d}.parquet"


def _rows(
    spec: AssessmentSpec, photographs: Photographs, reasoner: Reasoner, shard: int
) -> list[dict[str, Any]]:
    place, number = divmod(shard, len(photographs))
    setting, url = list_settings(spec)[place], photographs[number]
    common = {
        "part": setting.part,
        "recipe": setting.recipe.name,
        "short_side": setting.short_side,
        "photograph": to_text(photographs.path(url)),
    }
    predicted_rows = _blend_rows if setting.part == "blend" else _sample_rows
    try:
        found = predicted_rows(url, setting, reasoner, (spec.seed, number))
        return [{**common, **row} for row in found]
    except UnusablePhotographError as error:
        return [{**common, "error": str(error)}]


def _sample_rows(
    url: str, setting: Setting, reasoner: Reasoner, seed: tuple[int, ...]
) -> Iterator[dict[str, Any]]:
    remaining = make_samples(read_photograph(url), setting, seed)
    while batch := list(islice(remaining, _batch_size(reasoner, setting))):
        answers = diagnose_each(reasoner, [sample.image for sample in batch])
        for sample, answer in zip(batch, answers, strict=True):
            yield {"round": sample.round, **diagnosis_row(sample.truth, answer)}


def _blend_rows(
    url: str, setting: Setting, reasoner: Reasoner, seed: tuple[int, ...]
) -> Iterator[dict[str, Any]]:
    remaining = make_blends(read_photograph(url), setting, seed)
    while batch := list(islice(remaining, _batch_size(reasoner, setting))):
        expected = expect_each(reasoner, [blend.image for blend in batch])
        for blend, severities in zip(batch, expected, strict=True):
            severity = float(severities[DEGRADATIONS.index(blend.kind)])
            told = {"undiagnosed": _NO_ANSWER} if isnan(severity) else {"expected": severity}
            yield {"combination": blend.kind, "share": blend.share, **told}


def _batch_size(reasoner: Reasoner, setting: Setting) -> int:
    """Return how many samples to show at once; of the largest, one takes enough memory."""
    side = setting.short_side or setting.recipe.size
    return max(1, min(reasoner.batch_size, _PIXELS_AT_A_TIME // side**2))
