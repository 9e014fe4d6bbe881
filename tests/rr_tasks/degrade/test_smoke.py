import numpy as np
import pytest

from rr_tasks.degrade.smoke import smoke_light, smoke_path
from schemas.ranges import SmokeRecipe

RECIPE = SmokeRecipe()
FAR = np.ones((160, 224), np.float32)


@pytest.mark.parametrize("seed", range(10))
def test_smoke_is_grey_or_brown(seed: int) -> None:
    red, green, blue = smoke_light(RECIPE, np.random.default_rng(seed))
    assert 1 >= red >= green >= blue >= 0
    assert RECIPE.light.low <= green <= RECIPE.light.high
    assert red - green <= RECIPE.warmth.high + 1e-9


@pytest.mark.parametrize("seed", range(10))
def test_smoke_is_local_and_leaves_nothing_free(seed: int) -> None:
    path = smoke_path(FAR, RECIPE, np.random.default_rng(seed))
    assert path.shape == FAR.shape
    assert path.min() >= RECIPE.background.low
    assert np.quantile(path, 0.98) > 2 * np.median(path)


def test_plumes_hide_behind_what_is_near() -> None:
    near = FAR.copy()
    near[:, :100] = 0.0
    path = smoke_path(near, RECIPE, np.random.default_rng(1))
    assert np.ptp(path[:, :100]) < 1e-6
    assert np.ptp(path[:, 100:]) > 0.1
