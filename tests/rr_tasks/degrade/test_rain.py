import numpy as np
import pytest

from rr_tasks.degrade.color import decode
from rr_tasks.degrade.rain import rain_severity
from rr_tasks.degrade.streaks import streak_map
from rr_tasks.degrade.transmission import scatter
from schemas.base import Range
from schemas.ranges import RainRecipe
from tests.physics import add_rain

RECIPE = RainRecipe(light=Range(low=0.8, high=0.8))
NEAR = np.zeros((160, 160), np.float32)


@pytest.mark.parametrize("severity", [10.0, 40.0, 100.0])
@pytest.mark.parametrize("seed", range(3))
def test_the_reported_density_is_the_mean_coverage(severity: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    wet, rain = add_rain(np.zeros((160, 160, 3), np.float32), NEAR, severity, RECIPE, rng)
    assert rain.parameters is not None
    p = rain.parameters
    _, veil = scatter(NEAR, 1 - 0.05 * severity / 100)
    alpha = wet[..., 0] / decode(np.asarray(0.8))
    streaks = (1 - (1 - alpha) / veil) / p.opacity
    assert streaks.mean() == pytest.approx(p.density, abs=1e-3)
    assert streaks.max() <= 1 + 1e-4
    assert rain.severity == rain_severity(p.density * p.opacity)
    assert rain.severity == pytest.approx(severity, rel=0.05)


def test_no_density_is_no_streak() -> None:
    assert not streak_map((64, 48), 0.0, 12.0, 90.0, np.random.default_rng(0)).any()


def test_parameters_stay_in_the_recipe() -> None:
    for seed in range(10):
        rng = np.random.default_rng(seed)
        _, rain = add_rain(np.zeros((160, 160, 3), np.float32), NEAR, 50.0, RECIPE, rng)
        assert rain.parameters is not None
        p = rain.parameters
        assert RECIPE.length.low * 160 <= p.length_px <= RECIPE.length.high * 160
        assert RECIPE.angle_deg.low <= p.angle_deg <= RECIPE.angle_deg.high
        assert RECIPE.opacity.low <= p.opacity <= RECIPE.opacity.high


@pytest.mark.parametrize("density", [0.01, 0.1, 0.3])
def test_streaks_cover_what_they_should(density: float) -> None:
    streaks = streak_map((128, 192), density, 12.0, 90.0, np.random.default_rng(0))
    assert streaks.shape == (128, 192)
    assert streaks.mean() == pytest.approx(density, abs=2e-3)
    assert streaks.min() >= 0
    assert streaks.max() <= 1


@pytest.mark.parametrize("angle", [60.0, 90.0, 120.0, 10.0])
def test_streaks_follow_their_axis(angle: float) -> None:
    streaks = streak_map((256, 256), 0.03, 30.0, angle, np.random.default_rng(0))
    down, right = np.gradient(streaks)
    up = -down
    tensor = np.array(
        [[(right**2).mean(), (right * up).mean()], [(right * up).mean(), (up**2).mean()]]
    )
    along = np.linalg.eigh(tensor)[1][:, 0]
    measured = np.degrees(np.arctan2(along[1], along[0])) % 180
    assert abs(measured - angle) < 10
