"""What is made by the formulas of published data sets, on pictures small enough to compute here."""

from typing import get_args

import numpy as np
import pytest

from rr_tasks.degrade.kernels import kernel_axis
from rr_tasks.degrade.mixture import degrade
from rr_tasks.degrade.published import published_disc, published_motion, published_streaks
from schemas.evaluation import GridName
from schemas.recipe import AGENTICIR, CDD11, REASONER_V2, RECIPES, RESTORER_V1, DegradationRecipe

RAMP = np.tile(np.linspace(0, 1, 96, dtype=np.float32)[::-1, None], (1, 128))


def grey(code: int) -> np.ndarray:
    return np.full((96, 128, 3), code, np.uint8)


def veil(recipe: DegradationRecipe, severity: float) -> tuple[np.ndarray, float, float]:
    """The hazy picture of black, and A and beta as the truth has them."""
    rng = np.random.default_rng(3)
    hazy = degrade(grey(0), {"haze": severity}, recipe, rng, RAMP)
    p = hazy.findings["haze"].parameters
    return hazy.image, p.atmospheric_light[0], p.beta


@pytest.mark.parametrize(("severity", "beta"), [(0.0, 0.6), (50.0, 1.2), (100.0, 1.8)])
def test_haze_of_agenticir(severity: float, beta: float) -> None:
    hazy, light, found = veil(AGENTICIR, severity)
    assert found == pytest.approx(beta)
    assert 0.7 <= light <= 1.0
    expected = 255 * light * (1 - np.exp(-beta * RAMP))
    assert np.abs(hazy[..., 0] - expected).max() < 0.6


def test_haze_of_cdd11_is_thickest_at_a_depth_of_0_7() -> None:
    hazy, light, beta = veil(CDD11, 50.0)
    assert beta == pytest.approx(1.5)
    assert 0.6 <= light <= 0.9
    inside = slice(16, 80)  # smoothing turns the ends of the ramp
    expected = 255 * light * (1 - np.exp(-beta * np.minimum(RAMP, 0.7)))
    assert np.abs(hazy[inside, :, 0] - expected[inside]).max() < 2


def test_cdd11_lays_haze_over_everything_else() -> None:
    severities = {"haze": 100.0, "noise": 100.0}
    both = degrade(grey(128), severities, CDD11, np.random.default_rng(0), np.ones_like(RAMP))
    alone = degrade(grey(128), {"noise": 100.0}, CDD11, np.random.default_rng(0), RAMP)
    faded = both.image.std() / alone.image.std()
    assert faded == pytest.approx(np.exp(-0.7 * 2.0), rel=0.05)
    assert alone.image.std() == pytest.approx(20.4, rel=0.02)


def test_noise_of_agenticir_is_gaussian_or_of_photons() -> None:
    seen = set()
    for seed in range(12):
        rng = np.random.default_rng(seed)
        made = {code: degrade(grey(code), {"noise": 0.0}, AGENTICIR, rng) for code in (64, 191)}
        p = made[64].findings["noise"].parameters
        kind = "gaussian" if p.sigma else "photons"
        if kind == "gaussian":
            assert p.sigma == pytest.approx(20 / 255)
            assert made[64].image.std() == pytest.approx(20, rel=0.05)
        else:
            assert made[64].image.std() == pytest.approx(255 * np.sqrt(64 / 255 / 256), rel=0.05)
        seen.add(kind)
    assert seen == {"gaussian", "photons"}


def test_a_motion_of_imagecorruptions_starts_in_the_middle_and_fades() -> None:
    kernel = published_motion(50.0, 0.0)[::-1, ::-1]  # what a point of light becomes
    middle = len(kernel) // 2
    trail = kernel[middle, middle:]
    steps = np.arange(len(trail))
    assert trail == pytest.approx(np.exp(-(steps**2) / 50) * trail[0], abs=1e-6)
    assert kernel.sum() == pytest.approx(trail.sum()) == pytest.approx(1.0)
    upwards = published_motion(50.0, 90.0)[::-1, ::-1]
    assert upwards[:middle, middle].sum() > 0.7


@pytest.mark.parametrize(("severity", "radius"), [(0.0, 3), (40.0, 4), (100.0, 6)])
def test_discs_of_imagecorruptions(severity: float, radius: int) -> None:
    disc = published_disc(severity)
    assert disc.sum() == pytest.approx(1.0, abs=1e-6)
    assert 4 * kernel_axis(disc)[0] == pytest.approx(2 * radius, rel=0.12)
    assert np.ptp(disc[radius : radius + 5, radius : radius + 5]) < 1e-3


def test_streaks_of_mioir_reach_white_once() -> None:
    streaks = published_streaks((200, 300), 0.003, 28.0, 80.0, np.random.default_rng(1))
    assert streaks.max() == 1.0
    assert 0.02 < streaks.mean() < 0.2
    fewer = published_streaks((200, 300), 0.0005, 28.0, 80.0, np.random.default_rng(1))
    assert (fewer > 0.1).mean() < 0.5 * (streaks > 0.1).mean()


def test_what_tests_never_trains() -> None:
    for recipe in (REASONER_V2, RESTORER_V1):
        assert recipe.alternatives
        names = {one.name for one in recipe.alternatives}
        assert not names & {*get_args(GridName)}
        assert names - set(RECIPES) <= {
            f"{name}-all-sizes" for name in ("edge-default", "edge-v2", "field")
        }
