"""Weights are not chosen by what is kept for testing."""

from typing import get_args

import pytest
from pydantic import ValidationError

from schemas.evaluation import HomeGridName, StrangerGridName
from schemas.parameters.evaluation import EvaluateParameters
from schemas.parameters.promotion import PromoteParameters


def promote_by(recipe):
    trial = EvaluateParameters(photographs="heldout", output="out", recipe=recipe)
    return PromoteParameters(candidate="w", champions="champions", evaluation=trial)


@pytest.mark.parametrize("recipe", get_args(StrangerGridName))
def test_no_weights_are_chosen_by_a_stranger(recipe):
    with pytest.raises(ValidationError, match=f"{recipe} is for testing alone.* benchmark or"):
        promote_by(recipe)


@pytest.mark.parametrize("recipe", get_args(HomeGridName))
def test_they_are_chosen_by_a_benchmark(recipe):
    assert promote_by(recipe).evaluation.grid == recipe
    assert promote_by(None).evaluation.grid == "benchmark"
