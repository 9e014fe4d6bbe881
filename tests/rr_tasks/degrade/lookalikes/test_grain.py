import numpy as np
import pytest

from rr_tasks.degrade.lookalikes.grain import add_grain
from schemas.base import Range
from schemas.lookalike import GrainRecipe

FIXED = GrainRecipe(
    deviation=Range(low=0.02, high=0.02),
    size_px=Range(low=0.7, high=0.7),
    colour=Range(low=0.2, high=0.2),
)


def grain_at(code: int) -> np.ndarray:
    grey = np.full((192, 192, 3), code, np.uint8)
    return add_grain(grey, FIXED, np.random.default_rng(code)).astype(float) - code


def test_grain_is_as_strong_as_drawn_in_mid_grey_and_fades_towards_black_and_white() -> None:
    assert grain_at(128).std() == pytest.approx(0.02 * 255, rel=0.05)
    assert grain_at(128).mean() == pytest.approx(0, abs=0.2)
    assert grain_at(20).std() < 0.7 * grain_at(128).std()
    assert grain_at(0).std() == grain_at(255).std() == 0


def test_grains_are_clumped_and_nearly_the_same_in_all_channels() -> None:
    grain = grain_at(128)
    neighbours = np.corrcoef(grain[:, 1:].ravel(), grain[:, :-1].ravel())[0, 1]
    far = np.corrcoef(grain[:, 8:].ravel(), grain[:, :-8].ravel())[0, 1]
    channels = np.corrcoef(grain[..., 0].ravel(), grain[..., 2].ravel())[0, 1]
    assert neighbours > 0.3
    assert abs(far) < 0.05
    assert channels > 0.9
