import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from schemas.prior.kernel import KERNEL_SIDE, Kernel

SIDES = st.integers(0, KERNEL_SIDE // 2).map(lambda reach: 2 * reach + 1)


def drawn(seed: int, side: int) -> np.ndarray:
    weights = np.random.default_rng(seed).random((side, side)) ** 8
    return np.asarray(weights / weights.sum())


@given(st.integers(0, 2**32 - 1), SIDES, st.floats(0.01, 50.0))
def test_an_array_becomes_a_kernel_and_back(seed: int, side: int, cell_px: float) -> None:
    weights = drawn(seed, side)
    kernel = Kernel(rows=weights.tolist(), cell_px=cell_px)
    assert np.abs(np.array(kernel.rows) - weights).max() <= 0.00005
    assert Kernel(rows=np.array(kernel.rows).tolist(), cell_px=cell_px) == kernel
    assert Kernel.model_validate_json(kernel.model_dump_json()) == kernel


@given(st.integers(0, 2**32 - 1), SIDES)
def test_the_mirrored_kernel_spreads_to_the_other_side(seed: int, side: int) -> None:
    weights = drawn(seed, side)
    kernel = Kernel(rows=weights.tolist(), cell_px=1.0)
    assert kernel.mirror() == Kernel(rows=weights[:, ::-1].tolist(), cell_px=1.0)
    assert kernel.mirror().mirror() == kernel


@pytest.mark.parametrize("side", [1, KERNEL_SIDE])
def test_an_even_spread_survives_the_rounding(side: int) -> None:
    Kernel(rows=((side**-2.0,) * side,) * side, cell_px=1.0)


@pytest.mark.parametrize(
    ("weights", "complaint"),
    [
        (np.full((2, 2), 0.25), "odd square"),
        (np.full((3, 5), 1 / 15), "odd square"),
        (np.full((35, 35), 35**-2.0), "at most 33"),
        (np.zeros((5, 5)), "add up to 1, not to 0.0000"),
        (np.full((3, 3), 0.12), "add up to 1, not to 1.08"),
        (np.array([[-0.5, 0, 0], [0, 1.0, 0], [0, 0, 0.5]]), "greater than or equal to 0"),
    ],
)
def test_what_is_no_point_spread_is_refused(weights: np.ndarray, complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        Kernel(rows=weights.tolist(), cell_px=1.0)


@pytest.mark.parametrize("cell_px", [0.0, -1.0, float("inf")])
def test_a_cell_has_a_size(cell_px: float) -> None:
    with pytest.raises(ValidationError, match="cell_px"):
        Kernel(rows=((1.0,),), cell_px=cell_px)
