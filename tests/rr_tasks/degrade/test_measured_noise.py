from collections.abc import Callable

import numpy as np
import pytest

from rr_tasks.degrade.color import to_linear
from rr_tasks.degrade.mixture import Degraded
from tests.physics import measure


@pytest.mark.parametrize("severity", [10.0, 30.0, 60.0])
def test_noise_is_measured(
    scene: np.ndarray, make: Callable[..., Degraded], severity: float
) -> None:
    noisy = make(noise=severity)
    found = measure("noise", to_linear(scene), to_linear(noisy.image)).finding
    assert found.severity == pytest.approx(severity, rel=0.06)
    assert abs(found.severity - severity) < 2 * (found.severity_std or 0)
    assert noisy.findings["noise"].parameters
    assert found.parameters
    assert found.parameters.gain == pytest.approx(noisy.findings["noise"].parameters.gain, rel=0.2)


def test_read_noise_alone_has_no_gain() -> None:
    rng = np.random.default_rng(0)
    clean = rng.uniform(0.1, 0.6, (200, 200, 3)).astype(np.float32)
    noisy = clean + rng.normal(0, 0.03, clean.shape).astype(np.float32)
    found = measure("noise", clean, noisy).finding
    assert found.parameters
    assert found.parameters.sigma == pytest.approx(0.03, rel=0.05)
    assert found.parameters.gain < 2e-4
    assert found.severity == pytest.approx(20.0, rel=0.05)


def test_another_exposure_is_not_noise(scene: np.ndarray) -> None:
    clean = to_linear(scene)
    darker = measure("noise", clean, 0.97 * clean).finding
    assert darker.severity < 4


@pytest.mark.parametrize("grey", [0.0, 0.3, 1.0])
def test_flat_photographs_are_measured_too(grey: float) -> None:
    rng = np.random.default_rng(0)
    clean = np.full((64, 64, 3), grey, np.float32)
    found = measure(
        "noise", clean, clean + rng.normal(0, 0.05, clean.shape).astype(np.float32)
    ).finding
    assert 25 < found.severity < 40
