from collections.abc import Callable

import numpy as np
import pytest

from rr_tasks.degrade.color import to_linear
from rr_tasks.degrade.mixture import Degraded
from tests.physics import measure


@pytest.mark.parametrize("severity", [15.0, 45.0, 80.0])
@pytest.mark.parametrize("seed", [1, 2])
def test_rain_is_measured(
    scene: np.ndarray, make: Callable[..., Degraded], severity: float, seed: int
) -> None:
    rainy = make(seed, rain=severity)
    found = measure("rain", to_linear(scene), to_linear(rainy.image)).finding
    assert abs(found.severity - severity) < 2 * (found.severity_std or 0)
    assert found.severity == pytest.approx(severity, rel=0.45)
    truth, measured = rainy.findings["rain"].parameters, found.parameters
    assert truth
    assert measured
    apart = abs(measured.angle_deg - truth.angle_deg)
    assert min(apart, 180 - apart) < 10
    assert 0.4 * truth.length_px < measured.length_px < 1.2 * truth.length_px
    assert measured.opacity == pytest.approx(truth.opacity, abs=0.2)


def test_more_rain_is_more_severe(scene: np.ndarray, make: Callable[..., Degraded]) -> None:
    measured = [
        measure("rain", to_linear(scene), to_linear(make(rain=severity).image)).finding.severity
        for severity in (15.0, 35.0, 55.0, 75.0)
    ]
    assert measured == sorted(measured)
    assert measured[-1] > 3 * measured[0]


def test_a_single_streak_has_its_own_length() -> None:
    clean = np.full((256, 256, 3), 0.1, np.float32)
    rainy = clean.copy()
    rainy[100:140, 120:122] = 0.7
    measured = measure("rain", clean, rainy).finding.parameters
    assert measured
    assert measured.length_px == pytest.approx(40, rel=0.15)
    assert measured.angle_deg == pytest.approx(90, abs=3)
    assert measured.opacity == pytest.approx(1.0, abs=0.05)
    assert measured.density == pytest.approx(80 / 256**2, rel=0.1)


def test_noise_is_not_taken_for_rain(scene: np.ndarray, make: Callable[..., Degraded]) -> None:
    noisy = make(noise=15.0)
    found = measure("rain", to_linear(scene), to_linear(noisy.image)).finding
    assert found.severity < 5


@pytest.mark.parametrize("grey", [0.0, 1.0])
def test_a_pair_without_a_difference_is_the_faintest_rain(grey: float) -> None:
    clean = np.full((64, 64, 3), grey, np.float32)
    found = measure("rain", clean, clean.copy()).finding
    assert found.severity == 1.0
