"""Predicts all samples of one photograph in one setting, or of a shard of pairs, in a table."""

from collections.abc import Iterable, Sequence
from typing import Any

import polars as pl

from rr_tasks.evaluation.diagnosis.observation import observe_pairs, observe_photograph
from rr_tasks.evaluation.diagnosis.row import COLUMNS
from rr_tasks.evaluation.diagnosis.setting import list_settings
from rr_tasks.evaluation.rows import find_rows, publish_rows
from rr_tasks.photographs.formats.base import UnusablePhotographError
from rr_tasks.photographs.listing import Photographs, list_photographs, read_listing
from rr_tasks.photographs.reading import DECODER_VERSION, LARGEST_FILE
from rr_tasks.reasoner.protocol import Reasoner
from rr_tasks.storage.files import join
from rr_tasks.storage.identity import identity
from rr_tasks.storage.names import to_text
from rr_tasks.storage.tables import read_tables
from schemas.assessment import AssessmentSpec, PairsSource
from schemas.errors import ExpectedError
from schemas.reasoner import ReasonerIdentity
from schemas.recipe import DegradationRecipe
from schemas.shard import spec_hash


class NothingToAssessError(ExpectedError, ValueError):
    """None of the photographs could be used."""


def plan_assessment(
    photographs: str,
    output: str,
    *,
    reasoner: ReasonerIdentity,
    recipes: Sequence[DegradationRecipe],
    pairs: Sequence[PairsSource] = (),
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
        pairs=tuple(pairs),
        rounds=rounds,
        short_sides=tuple(short_sides),
        seed=seed,
    )
    return spec, urls


def predictions_folder(root: str, spec: AssessmentSpec) -> str:
    """Return the folder for the predictions of a spec; every spec has its own."""
    return join(root, "predictions", spec_hash(spec))


def predict(
    folder: str,
    spec: AssessmentSpec,
    inputs: Sequence[str],
    reasoner: Reasoner,
    shard: int,
) -> str:
    """Predict one photograph in one setting, or one shard of pairs.

    Consecutive numbers share a setting; those of pairs come last.

    Args:
        folder: URL of the folder of predictions.
        spec: what is assessed.
        inputs: URL of the folder of photographs, then those of the data sets of the spec's pairs.
        reasoner: what is assessed.
        shard: the number.

    Returns:
        URL of a parquet file with the rows of `COLUMNS`; an existing file is kept.

    Raises:
        HeldError: another run is making the file.
    """
    photographs, *pairs = inputs
    return publish_rows(
        join(folder, _name(shard)),
        lambda: _rows(spec, read_listing(folder, photographs), pairs, reasoner, shard),
        COLUMNS,
    )


def shard_numbers(spec: AssessmentSpec, photographs: Photographs) -> range:
    """Return the shard numbers that `predict` accepts."""
    of_pairs = sum(source.shards for source in spec.pairs)
    return range(len(list_settings(spec)) * len(photographs) + of_pairs)


def find_predictions(folder: str, shards: Iterable[int]) -> dict[int, str]:
    """Find the URLs of finished tables by shard number."""
    return find_rows(folder, {shard: _name(shard) for shard in shards})


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
    spec: AssessmentSpec,
    photographs: Photographs,
    pairs: Sequence[str],
    reasoner: Reasoner,
    shard: int,
) -> list[dict[str, Any]]:
    settings = list_settings(spec)
    place, number = divmod(shard, len(photographs))
    if place >= len(settings):
        return _rows_of_pairs(spec, pairs, reasoner, shard - len(settings) * len(photographs))
    setting, url = settings[place], photographs[number]
    common = {
        "part": setting.part,
        "source": setting.recipe.name,
        "short_side": setting.short_side,
        "photograph": to_text(photographs.path(url)),
    }
    try:
        found = observe_photograph(url, setting, reasoner, (spec.seed, number))
        return [{**common, **row} for row in found]
    except UnusablePhotographError as error:
        return [{**common, "error": str(error)}]


def _rows_of_pairs(
    spec: AssessmentSpec, folders: Sequence[str], reasoner: Reasoner, number: int
) -> list[dict[str, Any]]:
    """Observe one shard of all those of all data sets, in their order."""
    for source, folder in zip(spec.pairs, folders, strict=True):
        if number < source.shards:
            common = {"part": "source", "source": source.name}
            return [{**common, **row} for row in observe_pairs(folder, number, reasoner)]
        number -= source.shards
    raise IndexError(f"there are {number} shards fewer than that")
