import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rr_tasks.degrade.blur import blur_severity
from rr_tasks.degrade.kernels import disc_kernel, gaussian_kernel, motion_kernel
from schemas.ranges import BlurRecipe, ShakeRecipe
from tests.physics import add_blur

EXTENTS = st.floats(1.0, 40.0)
ANGLES = st.floats(0.0, 179.9)


def spread(kernel: npt.NDArray[np.float32]) -> tuple[float, float, float]:
    """Standard deviation along and across the main axis, and the axis in degrees."""
    radius = kernel.shape[0] // 2
    down, x = np.mgrid[-radius : radius + 1, -radius : radius + 1]
    points = np.stack([x.ravel(), -down.ravel()])
    covariance = np.cov(points, aweights=kernel.ravel(), ddof=0)
    values, vectors = np.linalg.eigh(covariance)
    angle = float(np.degrees(np.arctan2(vectors[1, 1], vectors[0, 1]))) % 180
    return float(values[1]) ** 0.5, float(max(values[0], 0.0)) ** 0.5, angle


def angle_between(one: float, other: float) -> float:
    distance = abs(one - other) % 180
    return min(distance, 180 - distance)


@given(EXTENTS, ANGLES, st.floats(0.0, 0.5), st.floats(0.4, 1.0))
def test_kernels_keep_the_light(extent: float, angle: float, bend: float, ratio: float) -> None:
    for kernel in (
        motion_kernel(extent, angle, bend),
        disc_kernel(extent),
        gaussian_kernel(extent, angle, ratio),
    ):
        assert kernel.sum() == pytest.approx(1.0, abs=1e-5)
        assert kernel.min() >= 0
        assert kernel.shape[0] % 2 == 1
        assert kernel.shape[0] == kernel.shape[1]


@given(EXTENTS, ANGLES)
def test_a_straight_motion_is_as_long_as_asked(extent: float, angle: float) -> None:
    along, across, _ = spread(motion_kernel(extent, angle))
    assert along * 12**0.5 == pytest.approx(extent, abs=1.0)  # a uniform line of this length
    assert across < 0.6


@given(st.floats(3.0, 40.0))
def test_a_disc_is_as_wide_as_asked(extent: float) -> None:
    kernel = disc_kernel(extent)
    assert (kernel.sum(axis=0) > 0).sum() == pytest.approx(extent, abs=2.0)
    along, across, _ = spread(kernel)
    assert 4 * along == pytest.approx(extent, abs=1.0)
    assert along == pytest.approx(across, abs=1e-3)


@given(st.floats(4.0, 40.0), ANGLES, st.floats(0.4, 1.0))
def test_a_gaussian_is_as_wide_as_asked(extent: float, angle: float, ratio: float) -> None:
    along, across, _ = spread(gaussian_kernel(extent, angle, ratio))
    assert 4 * along == pytest.approx(extent, abs=1.0)
    assert 4 * across == pytest.approx(ratio * extent, abs=1.0)


@given(st.floats(8.0, 40.0), ANGLES)
def test_the_axis_turns_counter_clockwise(extent: float, angle: float) -> None:
    assert angle_between(spread(motion_kernel(extent, angle))[2], angle) < 3
    assert angle_between(spread(gaussian_kernel(extent, angle, 0.5))[2], angle) < 3


def test_a_bent_path_is_shorter_from_end_to_end() -> None:
    assert spread(motion_kernel(30, 0, 0.5))[0] < spread(motion_kernel(30, 0))[0]
    assert spread(motion_kernel(30, 0, 0.5))[1] > spread(motion_kernel(30, 0))[1]


def test_blur_reports_what_a_point_of_light_becomes() -> None:
    seen = set()
    for seed in range(12):
        point = np.zeros((201, 301, 3), np.float32)
        point[100, 150] = 1.0
        blurred, blur = add_blur(point, 80.0, BlurRecipe(), np.random.default_rng(seed))
        assert blur.parameters is not None
        p = blur.parameters
        assert blur.severity == blur_severity(p.extent_px, 201)
        assert blurred.sum() == pytest.approx(3.0, abs=1e-3)
        trace = blurred[90:111, 140:161, 0].clip(min=0)
        factor = 12**0.5 if p.kind == "motion" else 4
        along, _, axis = spread(trace)
        assert factor * along == pytest.approx(p.extent_px, abs=1.0)
        if p.kind == "motion":
            assert angle_between(axis, p.angle_deg) < 8
        if p.kind == "defocus":
            assert p.angle_deg == 0.0
        seen.add(p.kind)
    assert seen == {"motion", "defocus", "gaussian"}


HARD = BlurRecipe(hard=1.0, shake=ShakeRecipe(probability=0.5))


@pytest.mark.parametrize("seed", range(12))
def test_a_hard_kernel_has_whole_pixels_and_the_extent_that_is_reported(seed: int) -> None:
    point = np.zeros((201, 301, 3), np.float32)
    point[100, 150] = 1.0
    blurred, blur = add_blur(point, 60.0, HARD, np.random.default_rng(seed))
    assert blur.parameters is not None
    p = blur.parameters
    trace = blurred[85:116, 135:166, 0].clip(min=0)
    factor = 12**0.5 if p.kind == "motion" else 4
    assert factor * spread(trace)[0] == pytest.approx(p.extent_px, rel=0.02)
    assert blur.severity == pytest.approx(60.0, abs=15.0)
    if p.kind == "defocus":
        assert np.ptp(trace[trace > 1e-6]) < 1e-5


def test_hard_edges_are_steeper_than_smooth_ones() -> None:
    smooth, hard = (disc_kernel(7.4, hard=hard) for hard in (False, True))
    assert len(np.unique(hard.round(6))) == 2
    assert len(np.unique(smooth.round(6))) > 3
