import json
from typing import get_args

import pytest

from schemas.evaluation import GridName
from schemas.ranges import HazeRecipe, RainRecipe
from schemas.recipe import BENCHMARK, EDGE_DEFAULT, EDGE_V2, RECIPES, DegradationRecipe
from schemas.shard import SynthesisSpec, spec_hash


def test_recipes_are_found_by_their_names() -> None:
    assert all(name == recipe.name for name, recipe in RECIPES.items())


@pytest.mark.parametrize(
    ("recipe", "folder"),
    [
        (EDGE_DEFAULT, "a552531aa1071002"),
        (BENCHMARK, "0b2aad81892afbf5"),
        (RECIPES["benchmark-field"], "be46686503576b6b"),
    ],
)
def test_the_folders_of_published_recipes_keep_their_names(
    recipe: DegradationRecipe, folder: str
) -> None:
    """A new field of a recipe is null by default, or every data set would be made again."""
    spec = SynthesisSpec(
        recipe=recipe,
        seed=0,
        samples=16,
        shard_size=16,
        inputs_sha256="0" * 64,
        schema_version=2,
    )
    assert spec_hash(spec) == folder


def test_the_spec_of_an_older_program_still_loads() -> None:
    document = json.loads(BENCHMARK.model_dump_json(exclude_none=True))
    assert not {"heterogeneity", "smoke", "warmth", "severity"} & set(document["haze"])
    assert DegradationRecipe.model_validate_json(json.dumps(document)) == BENCHMARK


def test_new_features_are_on_in_the_new_recipe_alone() -> None:
    def features(recipe: DegradationRecipe) -> list[object]:
        return [
            recipe.haze.heterogeneity,
            recipe.haze.smoke,
            recipe.blur.shake,
            recipe.rain.shower,
            recipe.noise.camera,
            recipe.depth,
        ]

    assert all(features(EDGE_V2))
    for recipe in (EDGE_DEFAULT, BENCHMARK):
        assert features(recipe) == [None] * 6
        assert recipe.haze == HazeRecipe()
        assert recipe.rain == RainRecipe()


def test_samples_follow_alternatives_in_turn() -> None:
    alternatives = RECIPES["reasoner-v1"].alternatives
    assert alternatives is not None
    followed = [RECIPES["reasoner-v1"].alternative(number) for number in range(8)]
    assert followed == [*alternatives, *alternatives]
    assert EDGE_V2.alternative(3) is EDGE_V2


def test_whatever_restorations_are_measured_on_is_a_grid() -> None:
    for name in get_args(GridName):
        assert RECIPES[name] == RECIPES[name].as_grid()
    assert EDGE_V2 != EDGE_V2.as_grid() == EDGE_V2.model_copy(update={"sampling": "grid"})
