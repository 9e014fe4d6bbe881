import numpy as np
import pytest

from rr_tasks.degrade.blur import blur_severity
from rr_tasks.degrade.color import to_bytes, to_linear
from rr_tasks.degrade.convolution import spread
from rr_tasks.degrade.kernels import Kernel, disc_kernel, gaussian_kernel, motion_kernel
from schemas.prior.current import AnyFinding
from tests.physics import measure

KERNELS = {
    "short motion": (motion_kernel(4, 30), 4.0, "motion", 30.0),
    "long motion": (motion_kernel(13, 120), 13.0, "motion", 120.0),
    "bent motion": (motion_kernel(13, 70, 0.4), 13.0, "motion", 70.0),
    "defocus": (disc_kernel(9), 9.0, "gaussian", None),
    "gaussian": (gaussian_kernel(12, 160, 0.6), 12.0, "gaussian", 160.0),
}
each = pytest.mark.parametrize(
    ("kernel", "extent", "kind", "angle"), KERNELS.values(), ids=list(KERNELS)
)


def measured(scene: np.ndarray, kernel: Kernel, noise: float = 0.0) -> AnyFinding:
    clean = to_linear(scene)
    blurred = np.asarray(spread(clean, kernel))
    blurred = blurred + np.random.default_rng(0).normal(0, noise, clean.shape).astype(np.float32)
    return measure("blur", clean, to_linear(to_bytes(blurred)), side=384).finding


@each
def test_blur_is_measured(
    scene: np.ndarray, kernel: Kernel, extent: float, kind: str, angle: float | None
) -> None:
    found = measured(scene, kernel)
    assert found.severity == pytest.approx(blur_severity(extent, 384), rel=0.18)
    assert abs(found.severity - blur_severity(extent, 384)) < 2 * (found.severity_std or 0)
    assert found.parameters
    assert found.parameters.kind == kind
    assert found.parameters.extent_px == pytest.approx(extent, rel=0.15)
    if angle is not None:
        apart = abs(found.parameters.angle_deg - angle)
        assert min(apart, 180 - apart) < 6


@each
def test_noise_makes_the_measure_less_sure_but_not_wrong(
    scene: np.ndarray, kernel: Kernel, extent: float, kind: str, angle: float | None
) -> None:
    noisy, quiet = measured(scene, kernel, noise=0.08), measured(scene, kernel)
    assert noisy.severity == pytest.approx(quiet.severity, rel=0.15)
    assert (noisy.severity_std or 0) > (quiet.severity_std or 0)


def test_the_severity_is_that_of_the_whole_photograph(scene: np.ndarray) -> None:
    clean = to_linear(scene)
    blurred = np.asarray(spread(clean, disc_kernel(9)))
    part, whole = (measure("blur", clean, blurred, side=side).finding for side in (384, 768))
    assert part.severity > 2 * whole.severity


def test_no_blur_is_the_faintest(scene: np.ndarray) -> None:
    clean = to_linear(scene)
    assert measure("blur", clean, clean.copy(), side=384).finding.severity == 1.0


def test_photographs_without_texture_are_measured_too() -> None:
    flat = np.full((32, 40, 3), 0.5, np.float32)
    assert measure("blur", flat, flat * 0.9).finding.severity == 1.0
