import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rr_tasks.degrade.kernels import trace_kernel
from rr_tasks.degrade.shake import main_axis, shake_path
from schemas.base import Range
from schemas.ranges import BlurRecipe, ShakeRecipe
from tests.physics import add_blur

SEEDS = st.integers(0, 10_000)
ALWAYS = BlurRecipe(shake=ShakeRecipe(probability=1.0))


def axis_of(kernel: np.ndarray) -> tuple[float, float]:
    radius = len(kernel) // 2
    down, x = np.mgrid[-radius : radius + 1, -radius : radius + 1]
    covariance = np.cov(np.stack([x.ravel(), -down.ravel()]), aweights=kernel.ravel(), ddof=0)
    values, vectors = np.linalg.eigh(covariance)
    return float(values[1]) ** 0.5, float(np.degrees(np.arctan2(*vectors[::-1, 1]))) % 180


@given(st.floats(1.0, 60.0), SEEDS)
def test_a_path_is_as_long_as_asked(extent: float, seed: int) -> None:
    path = shake_path(extent, ShakeRecipe(), np.random.default_rng(seed))
    assert abs(path.mean()) < 1e-9
    deviation, angle = main_axis(path)
    assert 12**0.5 * deviation == pytest.approx(extent)
    along = path * np.exp(-1j * np.radians(angle))
    assert along.real.std() == pytest.approx(deviation)
    assert along.imag.std() <= deviation + 1e-9


@given(st.floats(4.0, 60.0), SEEDS)
def test_the_kernel_is_the_trace_of_the_path(extent: float, seed: int) -> None:
    path = shake_path(extent, ShakeRecipe(), np.random.default_rng(seed))
    kernel = trace_kernel(path)
    assert kernel.sum() == pytest.approx(1.0, abs=1e-5)
    assert kernel.min() >= 0
    deviation, _ = axis_of(kernel)
    assert 12**0.5 * deviation == pytest.approx(extent, abs=1.0)


def test_much_inertia_makes_smooth_paths() -> None:
    def turning(inertia: float) -> float:
        recipe = ShakeRecipe(inertia=Range(low=inertia, high=inertia))
        paths = [shake_path(20.0, recipe, np.random.default_rng(seed)) for seed in range(20)]
        return float(np.mean([np.abs(np.diff(np.angle(np.diff(path)))).mean() for path in paths]))

    assert turning(0.9) > 1.5 * turning(0.99)


@pytest.mark.parametrize("seed", range(12))
def test_shake_is_reported_as_motion_along_its_main_axis(seed: int) -> None:
    point = np.zeros((201, 301, 3), np.float32)
    point[100, 150] = 1.0
    blurred, blur = add_blur(point, 90.0, ALWAYS, np.random.default_rng(seed))
    assert blur.parameters is not None
    p = blur.parameters
    assert blur.severity == pytest.approx(90.0)
    if p.kind == "motion":
        deviation, angle = axis_of(blurred[80:121, 130:171, 0].clip(min=0)[::-1, ::-1])
        assert 12**0.5 * deviation == pytest.approx(p.extent_px, abs=1.0)
        apart = abs(angle - p.angle_deg)
        assert min(apart, 180 - apart) < 15
