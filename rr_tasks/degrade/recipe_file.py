"""Recipes by name, or from a JSON file that a user wrote."""

import re
from collections.abc import Iterator

from pydantic import ValidationError

from rr_tasks.storage.files import read_bytes
from schemas.errors import ExpectedError
from schemas.prior.current import DEGRADATIONS
from schemas.recipe import RECIPES, DegradationRecipe
from schemas.url import NO_SECRETS, holds_secret

SUFFIX = ".json"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_ALGORITHMS = (5, 6)


class UnusableRecipeError(ExpectedError, ValueError):
    """There is no such recipe, or the file does not contain one."""


def find_recipe(recipe: str) -> DegradationRecipe:
    """Return a recipe by its name, or from a file.

    Args:
        recipe: one of `RECIPES`, or the URL of a file as `rr recipe` prints it; omitted fields are
            those of `edge-default`.

    Raises:
        UnusableRecipeError: see the class.
        MissingFileError: the file is missing.
    """
    if recipe in RECIPES:
        return RECIPES[recipe]
    if holds_secret(recipe):
        raise UnusableRecipeError(NO_SECRETS)
    if not recipe.lower().endswith(SUFFIX):
        raise UnusableRecipeError(
            f"there is no recipe {recipe}; name one of {', '.join(RECIPES)}, or a file of your own "
            f"that ends in {SUFFIX}"
        )
    try:
        found = DegradationRecipe.model_validate_json(read_bytes(recipe))
    except ValidationError as error:
        first, *_ = error.errors(include_url=False, include_context=False, include_input=False)
        place = ".".join(map(str, first["loc"]))
        raise UnusableRecipeError(
            f"{recipe}: {place + ': ' if place else ''}{first['msg']}; `rr recipe edge-v2` prints "
            "a recipe to start from"
        ) from error
    for problem in _problems(found):
        raise UnusableRecipeError(f"{recipe}: {problem}")
    return found


def _problems(recipe: DegradationRecipe) -> Iterator[str]:
    """List what may still be wrong with a recipe of the right form."""
    if not _NAME.fullmatch(recipe.name):
        yield f"name: {recipe.name!r} begins the name of a folder; use letters, digits, - and _"
    if recipe.algorithm not in _ALGORITHMS:
        yield (
            f"algorithm: this version makes the bytes of 5 and 6, no longer those of "
            f"{recipe.algorithm}; leave the line out"
        )
    yield from _problems_of_types(recipe)
    if recipe.order is not None and sorted(recipe.order) != sorted(recipe.all_types()):
        yield f"order: name each of {', '.join(recipe.all_types())} once, or leave the line out"
    ranges = {"": recipe.severity} | {
        f"{name}.": getattr(recipe, name).severity for name in DEGRADATIONS
    }
    for place, severity in ranges.items():
        if severity is not None and not 0 <= severity.low <= severity.high <= 100:
            yield f"{place}severity: {severity.low} to {severity.high} is not within 0 to 100"
    low, high = recipe.jpeg.quality
    if not 1 <= low <= high <= 100:
        yield f"jpeg.quality: {low} to {high} is not a range within 1 to 100"
    alternatives = recipe.alternatives or ()
    if alternatives and "grid" in (recipe.sampling, *(other.sampling for other in alternatives)):
        yield "alternatives: they take turns among random squares only; a grid has none"
    for place, other in enumerate(alternatives):
        if other.alternatives:
            yield f"alternatives.{place}: it has alternatives of its own; name them beside it"
        yield from (f"alternatives.{place}.{problem}" for problem in _problems(other))


def _problems_of_types(recipe: DegradationRecipe) -> Iterator[str]:
    types = recipe.types
    if types is None:
        return
    if not types or len(set(types)) < len(types):
        yield "types: name each type once, and at least one; leave the line out for all"
    for name in types:
        if name not in DEGRADATIONS:
            yield (
                f"types: there is no degradation {name!r}; name some of {', '.join(DEGRADATIONS)}"
            )
