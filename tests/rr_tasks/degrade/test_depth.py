import numpy as np
import pytest

from rr_tasks.degrade.color import to_linear
from rr_tasks.degrade.depth import scene_depth


@pytest.mark.parametrize("shape", [(32, 32), (128, 192), (65, 33)])
def test_depth_runs_from_0_to_1_over_the_photograph(
    photograph: np.ndarray, shape: tuple[int, int]
) -> None:
    image = to_linear(np.ascontiguousarray(photograph[: shape[0], : shape[1]]))
    depth = scene_depth(image, np.random.default_rng(0))
    assert depth.shape == shape
    assert depth.dtype == np.float32
    assert (depth.min(), depth.max()) == (0.0, 1.0)


def test_the_top_is_farther_than_the_ground(photograph: np.ndarray) -> None:
    image = to_linear(photograph)
    for seed in range(5):
        depth = scene_depth(image, np.random.default_rng(seed))
        assert depth[:20].mean() > depth[-20:].mean() + 0.3


def test_a_flat_image_has_a_depth_too() -> None:
    depth = scene_depth(np.full((40, 40, 3), 0.5, np.float32), np.random.default_rng(1))
    assert np.isfinite(depth).all()
    assert (depth.min(), depth.max()) == (0.0, 1.0)


def test_the_seed_decides(photograph: np.ndarray) -> None:
    one, again, other = (
        scene_depth(to_linear(photograph), np.random.default_rng(seed)) for seed in (3, 3, 4)
    )
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)
