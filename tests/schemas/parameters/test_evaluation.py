"""What is measured is degraded here, or was degraded before."""

from typing import get_args

import pytest
from pydantic import ValidationError

from schemas.evaluation import BenchmarkName, GridName
from schemas.parameters.evaluation import EvaluateParameters

FOLDERS = {"photographs": "photos", "output": "out"}


@pytest.mark.parametrize("recipe", get_args(GridName))
def test_a_recipe_is_refused_beside_a_benchmark(recipe):
    with pytest.raises(ValidationError, match="benchmark sots holds pairs"):
        EvaluateParameters(**FOLDERS, recipe=recipe, benchmark="sots")
    assert EvaluateParameters(**FOLDERS, recipe=recipe).grid == recipe


@pytest.mark.parametrize("benchmark", get_args(BenchmarkName))
def test_a_seed_is_not_because_it_also_shuffles_priors(benchmark):
    asked = EvaluateParameters(**FOLDERS, benchmark=benchmark, priors="shuffled", seed=3)
    assert asked.setting().seed == 3
    assert asked.setting().name == "shuffled-3"
