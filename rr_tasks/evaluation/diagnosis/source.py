"""Sources of degradations: recipes, and data sets of existing pairs that others have degraded.

A figure on a source that a reasoner was trained on says little about photographs from elsewhere.
What counts is the code that degrades them: recipes that differ only in ranges share it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from rr_tasks.degrade.recipe_file import SUFFIX, find_recipe
from rr_tasks.evaluation.presence import ALL
from rr_tasks.shards.reader import NoShardsError
from rr_tasks.shards.spec import read_data_spec
from rr_tasks.storage.files import name_of
from rr_tasks.weights.lineage import list_sources
from schemas.assessment import PairsSource
from schemas.errors import ExpectedError
from schemas.prior.current import DEGRADATIONS
from schemas.recipe import RECIPES, DegradationRecipe
from schemas.shard import IngestSpec, shard_count

_NOT_THE_CODE = (
    *("name", "algorithm", "size", "smallest_size", "sampling", "severity", "clean_share", "types"),
    *("jpeg", "partial", "lookalikes", "alternatives"),
)


class UnusableSourceError(ExpectedError, ValueError):
    """There is no such source of degradations."""


def find_recipes(sources: Sequence[str]) -> list[DegradationRecipe]:
    """Return those of the sources that are recipes, by their names or in files.

    Raises:
        UnusableSourceError: the first source is not a recipe, or one of them mixes others.
        UnusableRecipeError, MissingFileError: see `rr_tasks.degrade.recipe_file.find_recipe`.
    """
    recipes = [find_recipe(source) for source in sources if _is_recipe(source)]
    if not recipes or not _is_recipe(sources[0]):
        raise UnusableSourceError(
            f"{sources[0]}: the first source is also used for sizes, blends and clean photographs; "
            f"name a recipe first: {', '.join(_plain_recipes())}, or a file that ends in {SUFFIX}"
        )
    for recipe in recipes:
        if recipe.alternatives:
            raise UnusableSourceError(
                f"{recipe.name}: it mixes several sources; name {', '.join(recipe.sources)} instead"
            )
    return recipes


def find_pairs(sources: Sequence[str]) -> dict[str, PairsSource]:
    """Return those of the sources that are ingested data sets, by the URLs of their folders.

    Raises:
        UnusableSourceError: there is no such data set, or it is not made of existing pairs.
        OtherDataSetError: see `rr_tasks.shards.spec.read_data_spec`.
    """
    return {source: _read_pairs(source) for source in sources if not _is_recipe(source)}


def tell_training(
    recipes: Sequence[DegradationRecipe], pairs: Sequence[PairsSource], trained: frozenset[str]
) -> dict[str, str]:
    """Say of each source whether a network was trained on it.

    Args:
        recipes: the sources that are recipes.
        pairs: those that are data sets.
        trained: the names of all that the network was trained on; none if nobody knows.

    Returns:
        By the name of the source: `yes`, `as NAME` where a source that the network was trained on
        degrades with the same code, `no`, or `unknown`.
    """
    names = [recipe.name for recipe in recipes] + [one.name for one in pairs]
    if not trained:
        return dict.fromkeys(names, "unknown")
    known = {name: _code_of(RECIPES[name]) for name in sorted(trained) if name in RECIPES}
    told = [_tell(recipe, trained, known) for recipe in recipes]
    told += ["yes" if trained & list_sources(one.name) else "no" for one in pairs]
    return dict(zip(names, told, strict=True))


def compare_sources(
    presence: pl.DataFrame, calibration: pl.DataFrame, training: Mapping[str, str]
) -> pl.DataFrame:
    """Compare how well a reasoner does on each source.

    Args:
        presence: see `rr_tasks.evaluation.presence.compute_grouped_presence`, by source.
        calibration: see `rr_tasks.evaluation.diagnosis.calibration.calibration`.
        training: see `tell_training`; a source that is missing is `unknown`.

    Returns:
        For each source: whether it was part of the `training`, the balanced accuracy of presence
            of each type, and the means of the types' errors of severity, `severity_error`, and of
            their expected calibration errors, `ece`.
    """
    sources = presence["source"].unique(maintain_order=True)
    told = pl.DataFrame(
        {"source": sources, "training": [training.get(name, "unknown") for name in sources]}
    )
    of_types = presence.filter(pl.col("type") != ALL)
    found = of_types.filter(figure="balanced_accuracy").pivot(
        "type", index="source", values="value"
    )
    # A data set of pairs may lack some types; the mean is that of the others.
    errors = (
        of_types.filter(figure="severity_error")
        .group_by("source")
        .agg(severity_error=pl.col("value").mean())
    )
    calibrated = calibration.group_by("source").agg(pl.col("ece").mean())
    joined = told
    for part in (found, errors, calibrated):
        joined = joined.join(part, on="source", how="left", maintain_order="left")
    return joined.select("source", "training", *DEGRADATIONS, "severity_error", "ece")


def _tell(recipe: DegradationRecipe, trained: frozenset[str], known: Mapping[str, Any]) -> str:
    if recipe.name in trained:
        return "yes"
    alike = [name for name, code in known.items() if code == _code_of(recipe)]
    return f"as {alike[0]}" if alike else "no"


def _plain_recipes() -> list[str]:
    return [name for name, recipe in RECIPES.items() if not recipe.alternatives]


def _is_recipe(source: str) -> bool:
    return source in RECIPES or source.lower().endswith(SUFFIX)


def _read_pairs(folder: str) -> PairsSource:
    try:
        spec = read_data_spec(folder)
    except NoShardsError as error:
        raise UnusableSourceError(
            f"there is no source {folder}; name {', '.join(_plain_recipes())}, a JSON file of your "
            "own, or a folder that `rr ingest` made"
        ) from error
    if not isinstance(spec, IngestSpec):
        raise UnusableSourceError(
            f"{folder}: it was made by `rr synthesize`; name its recipe, which degrades the "
            "held-out photographs instead"
        )
    return PairsSource(name=name_of(folder), shards=shard_count(spec))


def _code_of(recipe: DegradationRecipe) -> Any:
    """Return which parts of a recipe are in use, without their ranges."""
    return _leave_ranges(recipe.model_dump(exclude_none=True, exclude=set(_NOT_THE_CODE)))


def _leave_ranges(part: Any) -> Any:
    if isinstance(part, dict):
        return {name: _leave_ranges(value) for name, value in part.items() if name != "severity"}
    return part if isinstance(part, str) else None
