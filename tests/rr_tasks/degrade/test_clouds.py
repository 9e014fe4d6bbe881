import numpy as np
import pytest

from rr_tasks.degrade.clouds import WORKING_SIDE, draw_clouds, enlarge


@pytest.mark.parametrize("seed", range(5))
def test_clouds_have_mean_0_and_variance_1(seed: int) -> None:
    field = draw_clouds(np.random.default_rng(seed))
    assert field.shape == (WORKING_SIDE, WORKING_SIDE)
    assert field.mean() == pytest.approx(0.0, abs=1e-4)
    assert field.std() == pytest.approx(1.0, abs=1e-4)


def test_clouds_are_smooth_and_of_several_sizes() -> None:
    field = np.mean(
        [np.abs(np.fft.rfft2(draw_clouds(np.random.default_rng(seed)))) ** 2 for seed in range(20)],
        0,
    )
    powers = [field[low:high, low:high].mean() for low, high in ((1, 3), (3, 6), (6, 12), (12, 24))]
    assert powers == sorted(powers, reverse=True)
    assert powers[2] > 1e-4 * powers[0]
    assert powers[3] < 0.02 * powers[0]


def test_a_field_fits_any_photograph() -> None:
    assert enlarge(draw_clouds(np.random.default_rng(0)), (200, 333)).shape == (200, 333)
