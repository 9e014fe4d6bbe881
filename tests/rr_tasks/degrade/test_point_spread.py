import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rr_tasks.degrade.kernels import disc_kernel, gaussian_kernel, motion_kernel
from rr_tasks.degrade.point_spread import dilute_kernel, draw_kernel, stretch_kernel
from schemas.prior.kernel import KERNEL_SIDE, Kernel
from schemas.recipe import EDGE_V2
from tests.physics import add_blur


def moment(kernel: Kernel) -> np.ndarray:
    """Covariance of a point spread around its central cell, in pixels squared."""
    weights = np.array(kernel.rows)
    axis = kernel.cell_px * (np.arange(len(weights)) - len(weights) // 2)
    x, y = np.meshgrid(axis, axis)
    terms = np.stack([x * x, x * y, y * y])
    return np.asarray((weights * terms).sum((1, 2)) / weights.sum())


def test_a_kernel_is_what_a_bright_point_becomes() -> None:
    point = np.zeros((101, 101, 3), np.float32)
    point[50, 50] = 1.0
    for seed in range(8):
        blurred, blur = add_blur(point, 40.0, EDGE_V2.blur, np.random.default_rng(seed))
        assert blur.parameters
        assert blur.parameters.kernel
        kernel = blur.parameters.kernel
        assert kernel.cell_px == 1.0
        reach = len(kernel.rows) // 2
        seen = blurred[50 - reach : 51 + reach, 50 - reach : 51 + reach, 0]
        assert np.array(kernel.rows) == pytest.approx(seen, abs=6e-5)


@given(st.floats(1.0, 90.0), st.floats(0.0, 179.0))
def test_a_large_kernel_keeps_its_size_and_direction(extent: float, angle: float) -> None:
    for weights in (motion_kernel(extent, angle), gaussian_kernel(extent, angle, 0.5)):
        drawn = draw_kernel(weights)
        assert len(drawn.rows) <= KERNEL_SIDE
        reach = len(weights) // 2
        axis = np.arange(-reach, reach + 1)
        x, y = np.meshgrid(axis, axis)
        exact = (weights * np.stack([x * x, x * y, y * y])).sum((1, 2))
        assert moment(drawn) == pytest.approx(exact, abs=0.04 * exact.max() + 0.3)


def test_a_wider_blur_has_wider_cells() -> None:
    drawn = draw_kernel(disc_kernel(9.0))
    assert moment(stretch_kernel(drawn, 2.0)) == pytest.approx(4 * moment(drawn))


@given(st.floats(0.05, 1.0))
def test_a_blend_has_as_much_of_the_second_moment(share: float) -> None:
    drawn = draw_kernel(motion_kernel(12.0, 30.0))
    assert moment(dilute_kernel(drawn, share)) == pytest.approx(share * moment(drawn), abs=0.3)
