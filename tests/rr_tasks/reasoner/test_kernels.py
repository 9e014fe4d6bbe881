import numpy as np
import pytest

from rr_tasks.degrade.kernels import disc_kernel, motion_kernel
from rr_tasks.reasoner.kernels import KERNEL_SIDE, from_working_size, to_working_size
from schemas.prior.kernel import Kernel

MIDDLE = KERNEL_SIDE // 2


def kernel(weights: np.ndarray, cell_px: float = 1.0) -> Kernel:
    return Kernel(rows=tuple(map(tuple, weights.tolist())), cell_px=cell_px)


def deviation(weights: np.ndarray) -> float:
    """Root of the second moment across and along, in cells."""
    y, x = np.indices(weights.shape) - len(weights) // 2
    return float(np.sqrt((weights * (x**2 + y**2)).sum() / weights.sum()))


def test_a_centred_kernel_of_the_working_size_is_kept() -> None:
    weights = motion_kernel(9, 30.0)
    seen = to_working_size(kernel(weights), 1.0)
    margin = (KERNEL_SIDE - len(weights)) // 2
    assert seen[margin:-margin, margin:-margin] == pytest.approx(weights, abs=1e-3)
    assert seen.sum() == pytest.approx(1.0)


@pytest.mark.parametrize("shift", [(0, 2), (-3, 1), (1, 0)])
def test_a_shift_of_the_kernel_means_nothing(shift: tuple[int, int]) -> None:
    weights = np.pad(motion_kernel(7, 120.0, 0.4), 4)
    shifted = np.roll(weights, shift, (0, 1))
    centred, other = (to_working_size(kernel(one), 0.8) for one in (weights, shifted))
    assert other == pytest.approx(centred, abs=1e-6)
    y, x = np.indices(centred.shape)
    assert [(axis * centred).sum() for axis in (y, x)] == pytest.approx([MIDDLE] * 2, abs=1e-3)


@pytest.mark.parametrize(("cell_px", "scale"), [(1.0, 0.5), (0.6, 1.0), (1.5, 0.4), (3.0, 0.5)])
def test_kernels_have_the_spread_of_the_photograph_at_working_size(
    cell_px: float, scale: float
) -> None:
    weights = disc_kernel(13.0)
    seen = to_working_size(kernel(weights, cell_px), scale)
    expected = deviation(weights) * cell_px * scale
    assert deviation(seen) == pytest.approx(expected, rel=0.12)
    assert (seen[MIDDLE - 1 : MIDDLE + 2, MIDDLE - 1 : MIDDLE + 2] > 0).all()


def test_a_kernel_comes_back_in_pixels_of_the_photograph_without_what_is_faint() -> None:
    weights = np.full((KERNEL_SIDE, KERNEL_SIDE), 1e-5, np.float32)
    weights[MIDDLE, MIDDLE - 3 : MIDDLE + 4] = 0.14
    found = from_working_size(weights, 0.25)
    assert found.cell_px == 4.0
    assert len(found.rows) == 7
    assert found.rows[3] == pytest.approx([1 / 7] * 7, abs=1e-4)
    assert sum(map(sum, found.rows)) == pytest.approx(1.0, abs=1e-3)


def test_a_point_has_a_margin_in_which_it_can_grow() -> None:
    weights = np.zeros((KERNEL_SIDE, KERNEL_SIDE), np.float32)
    weights[MIDDLE, MIDDLE] = 1.0
    assert from_working_size(weights, 1.0).rows == ((0, 0, 0), (0, 1, 0), (0, 0, 0))
