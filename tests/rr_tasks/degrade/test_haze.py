import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rr_tasks.degrade.catalogue import CATALOGUE
from rr_tasks.degrade.color import decode
from rr_tasks.degrade.haze import haze_severity, haze_transmission
from rr_tasks.degrade.transmission import scatter
from schemas.base import Range
from schemas.prior.haze import HazeParameters
from schemas.ranges import HazeRecipe, SmokeRecipe
from tests.physics import add_haze

RAMP = np.tile(np.linspace(0, 1, 256, dtype=np.float32)[:, None], (1, 48))
SCENE = np.full((256, 48, 3), 0.02, np.float32)


@pytest.mark.parametrize("severity", [1.0, 10.0, 55.0, 100.0])
def test_the_reported_parameters_are_those_of_the_image(severity: float) -> None:
    rng = np.random.default_rng(5)
    hazy, haze = add_haze(SCENE, RAMP, severity, HazeRecipe(), rng)
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


UNEVEN = HazeRecipe(heterogeneity=Range(low=0.4, high=0.4))
SMOKY = HazeRecipe(smoke=SmokeRecipe(probability=1.0))


@pytest.mark.parametrize("recipe", [UNEVEN, SMOKY], ids=["uneven", "smoky"])
@given(level=st.floats(5.0, 100.0), seed=st.integers(0, 1000))
@settings(max_examples=25, deadline=None)
def test_uneven_haze_has_the_severity_asked_for_on_any_scene(
    recipe: HazeRecipe, level: float, seed: int
) -> None:
    content = np.random.default_rng(seed)
    scene = content.random((128, 128, 3), dtype=np.float32)
    depth = np.tile(np.linspace(0, 1, 128, dtype=np.float32) ** content.uniform(0.3, 3), (128, 1))
    hazy, haze = add_haze(scene, depth, level, recipe, np.random.default_rng(seed))
    assert haze.severity == pytest.approx(level, abs=1.5)
    assert haze.parameters is not None
    light = decode(np.array(haze.parameters.atmospheric_light)).astype(np.float32)
    assert (np.abs(hazy - light) <= np.abs(scene - light) + 1e-5).all()
    other, _ = add_haze(scene, depth, level - 3, recipe, np.random.default_rng(seed))
    assert (np.abs(hazy - light) <= np.abs(other - light) + 1e-5).all()


def test_a_heterogeneous_haze_varies_at_one_depth() -> None:
    scene, flat = np.zeros((128, 128, 3), np.float32), np.full((128, 128), 0.5, np.float32)
    even, _ = add_haze(scene, flat, 60.0, HazeRecipe(), np.random.default_rng(1))
    uneven, _ = add_haze(scene, flat, 60.0, UNEVEN, np.random.default_rng(1))
    assert even.std(axis=(0, 1)).max() < 1e-3
    assert uneven.std(axis=(0, 1)).min() > 0.02


def test_smoke_comes_as_often_as_the_recipe_says() -> None:
    scene, flat = np.zeros((64, 64, 3), np.float32), np.full((64, 64), 0.5, np.float32)
    recipe = HazeRecipe(smoke=SmokeRecipe(probability=0.5))
    even = sum(
        add_haze(scene, flat, 60.0, recipe, np.random.default_rng(seed))[0].std(axis=(0, 1)).max()
        < 1e-3
        for seed in range(40)
    )
    assert 10 <= even <= 30


def test_warm_air_is_red_and_cold_air_is_blue() -> None:
    scene = np.zeros((64, 64, 3), np.float32)
    for warmth, order in ((0.1, [2, 1, 0]), (-0.1, [0, 1, 2])):
        recipe = HazeRecipe(tint=0.0, warmth=Range(low=warmth, high=warmth))
        _, haze = add_haze(
            scene, RAMP[:64, :].repeat(2, 1)[:, :64], 50.0, recipe, np.random.default_rng(0)
        )
        assert haze.parameters is not None
        assert np.argsort(haze.parameters.atmospheric_light).tolist() == order


@pytest.mark.parametrize("mapped", [True, False])
def test_beta_follows_another_severity(mapped: bool) -> None:
    found = [
        add_haze(SCENE, RAMP, severity, HazeRecipe(), np.random.default_rng(5))[1]
        for severity in (30.0, 60.0)
    ]
    thin, thick = (finding.parameters for finding in found)
    assert thin is not None
    assert thick is not None
    told = thin if mapped else thin.without_maps()
    made = CATALOGUE["haze"].at_severity(told, found[1].severity, 48)
    assert made.beta == pytest.approx(thick.beta, rel=0.01 if mapped else 0.15)
    again = CATALOGUE["haze"].at_severity(made, found[0].severity, 48)
    assert again.beta == pytest.approx(thin.beta, rel=2e-3)


@pytest.mark.parametrize(("before", "severity"), [(0.0, 50.0), (1.0, 50.0), (0.5, 100.0)])
def test_haze_that_hides_all_or_nothing_takes_another_severity(
    before: float, severity: float
) -> None:
    haze = HazeParameters(atmospheric_light=(0.8, 0.8, 0.8), transmission=before, beta=1.0)
    made = CATALOGUE["haze"].at_severity(haze, severity, 512)
    assert 0 < made.beta < 10
    assert made.transmission == haze_transmission(severity)
