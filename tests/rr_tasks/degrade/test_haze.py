import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rr_tasks.degrade.color import decode
from rr_tasks.degrade.haze import add_haze, scatter
from rr_tasks.degrade.severity import haze_severity
from schemas.recipe import HazeRecipe

RAMP = np.tile(np.linspace(0, 1, 256, dtype=np.float32)[:, None], (1, 48))


@pytest.mark.parametrize("severity", [1.0, 10.0, 55.0, 100.0])
def test_the_reported_parameters_are_those_of_the_image(severity: float) -> None:
    scene = np.full((256, 48, 3), 0.02, np.float32)
    rng = np.random.default_rng(5)
    hazy, haze = add_haze(scene, RAMP, severity, HazeRecipe(), rng)
    assert haze.parameters is not None
    p = haze.parameters
    light = decode(np.array(p.atmospheric_light))
    transmission = ((light - hazy) / (light - 0.02)).mean(axis=2)
    assert transmission.mean() == pytest.approx(p.transmission, abs=1e-4)
    # The nearest point has a distance of its own: d = 0.15 + 0.85 depth.
    assert transmission == pytest.approx(np.exp(-p.beta * (0.15 + 0.85 * RAMP)), abs=1e-4)
    assert haze.severity == haze_severity(p.transmission)
    assert haze.severity == pytest.approx(severity, abs=1.0)


def test_the_airlight_stays_in_the_recipe() -> None:
    recipe = HazeRecipe()
    for seed in range(20):
        rng = np.random.default_rng(seed)
        _, haze = add_haze(np.zeros((256, 48, 3), np.float32), RAMP, 50.0, recipe, rng)
        assert haze.parameters is not None
        light = np.array(haze.parameters.atmospheric_light)
        assert light.min() >= 0
        assert light.max() <= 1
        assert recipe.light.low - recipe.tint <= light.mean() <= recipe.light.high + recipe.tint
        assert np.ptp(light) <= 2 * recipe.tint + 1e-9


@given(st.floats(0.05, 0.999), st.integers(0, 1000))
def test_scatter_finds_the_wanted_mean(mean: float, seed: int) -> None:
    depth = np.random.default_rng(seed).random((32, 32), dtype=np.float32)
    depth = np.repeat(np.repeat(depth, 4, axis=0), 4, axis=1)
    beta, transmission = scatter(depth, mean)
    assert beta > 0
    assert transmission.mean() == pytest.approx(mean, abs=1e-3)
    assert transmission.max() <= 1
