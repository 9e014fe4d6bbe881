from collections.abc import Callable

import numpy as np
import pytest

from rr_tasks.degrade.color import to_linear
from rr_tasks.degrade.mixture import Degraded
from tests.physics import measure


@pytest.mark.parametrize("severity", [15.0, 50.0, 85.0])
@pytest.mark.parametrize("seed", [1, 2])
def test_haze_is_measured(
    scene: np.ndarray, make: Callable[..., Degraded], severity: float, seed: int
) -> None:
    hazy = make(seed, haze=severity)
    found = measure("haze", to_linear(scene), to_linear(hazy.image)).finding
    assert found.severity == pytest.approx(severity, rel=0.08)
    assert abs(found.severity - severity) < 3 * (found.severity_std or 0)
    truth, measured = hazy.findings["haze"].parameters, found.parameters
    assert truth
    assert measured
    assert measured.atmospheric_light == pytest.approx(truth.atmospheric_light, abs=0.04)
    assert measured.transmission == pytest.approx(truth.transmission, abs=0.05)
    assert measured.beta == pytest.approx(truth.beta, rel=0.25)


def test_the_clean_photograph_is_veiled_alike(
    scene: np.ndarray, make: Callable[..., Degraded]
) -> None:
    clean, hazy = to_linear(scene), to_linear(make(haze=70.0).image)
    veiled = measure("haze", clean, hazy).image
    assert np.abs(veiled - hazy).mean() < 0.1 * np.abs(clean - hazy).mean()


def test_haze_mixed_in_coded_values_is_found_but_less_surely(
    scene: np.ndarray, make: Callable[..., Degraded]
) -> None:
    """As RESIDE and CDD-11 were made."""
    share = np.linspace(0.3, 0.9, len(scene))[:, None, None]
    coded = np.rint(scene * share + 0.85 * 255 * (1 - share)).astype(np.uint8)
    clean, hazy = to_linear(scene), to_linear(coded)
    for light in (None, 0.85):
        found = measure("haze", clean, hazy, airlight=light).finding
        assert found.parameters
        assert found.parameters.atmospheric_light == pytest.approx((0.85,) * 3, abs=0.08)
        assert 20 < found.severity < 70
        assert found.severity_std
        assert 0.08 * found.severity < found.severity_std < 0.3 * found.severity


@pytest.mark.parametrize("grey", [0, 217, 255])
def test_a_pair_that_tells_nothing_says_so(grey: int) -> None:
    clean = np.full((64, 64, 3), grey, np.uint8)
    hazy = np.full((64, 64, 3), 217, np.uint8)
    found = measure("haze", to_linear(clean), to_linear(hazy), airlight=217 / 255).finding
    assert 1.0 <= found.severity <= 100.0
    if grey == 217:
        assert (found.severity_std or 0) > 30
