from statistics import NormalDist

import numpy as np
import pytest

from rr_tasks.degrade.light import MID_GREY
from rr_tasks.degrade.noise import noise_deviation
from schemas.ranges import NoiseRecipe
from tests.physics import add_noise


@pytest.mark.parametrize("severity", [10.0, 50.0, 100.0])
@pytest.mark.parametrize("intensity", [0.0, MID_GREY, 0.8])
def test_the_spread_on_a_flat_image_is_the_reported_one(severity: float, intensity: float) -> None:
    flat = np.full((128, 128, 3), intensity, np.float32)
    noisy, noise = add_noise(flat, severity, NoiseRecipe(), np.random.default_rng(3))
    assert noise.parameters is not None
    p = noise.parameters
    expected = np.sqrt(p.gain * intensity + p.sigma**2)
    assert noisy.std() == pytest.approx(expected, rel=0.02)
    assert noisy.mean() == pytest.approx(intensity, abs=4 * expected / flat.size**0.5)
    assert noise.severity == pytest.approx(severity)
    if intensity == MID_GREY:
        assert noisy.std() == pytest.approx(noise_deviation(severity), rel=0.02)


def test_the_share_of_read_noise_stays_in_the_recipe() -> None:
    recipe = NoiseRecipe()
    for seed in range(20):
        flat = np.full((4, 4, 3), 0.2, np.float32)
        _, noise = add_noise(flat, 50.0, recipe, np.random.default_rng(seed))
        assert noise.parameters is not None
        share = noise.parameters.sigma**2 / noise_deviation(50.0) ** 2
        assert recipe.read_share.low <= share <= recipe.read_share.high


@pytest.mark.parametrize("shape", [(128, 128, 3), (33, 35, 3)])
def test_noise_is_normally_distributed(shape: tuple[int, ...]) -> None:
    flat = np.full(shape, 0.5, np.float32)
    noisy, _ = add_noise(flat, 60.0, NoiseRecipe(), np.random.default_rng(1))
    noise = (noisy - flat) / (noisy - flat).std()
    for chance in (0.001, 0.02, 0.3, 0.5, 0.8, 0.99, 0.999):
        spread = (chance * (1 - chance) / noise.size) ** 0.5
        assert (noise < NormalDist().inv_cdf(chance)).mean() == pytest.approx(
            chance, abs=4 * spread
        )


def test_noise_is_independent_between_channels() -> None:
    flat = np.full((64, 64, 3), 0.5, np.float32)
    noisy, _ = add_noise(flat, 60.0, NoiseRecipe(), np.random.default_rng(0))
    correlation = np.corrcoef((noisy - flat).reshape(-1, 3).T)
    assert np.abs(correlation - np.eye(3)).max() < 0.05
