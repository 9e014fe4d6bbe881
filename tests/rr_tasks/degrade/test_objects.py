import numpy as np
import pytest

from rr_tasks.degrade.color import to_linear
from rr_tasks.degrade.objects import standing_depth


@pytest.fixture
def scene() -> np.ndarray:
    """Blue sky over green ground; a dark post stands near, a white one far."""
    image = np.zeros((160, 240, 3), np.uint8)
    image[:64], image[64:] = (120, 170, 240), (60, 130, 50)
    image[20:140, 40:70] = (60, 0, 0)
    image[50:90, 170:200] = (250, 250, 250)
    return to_linear(image)


@pytest.mark.parametrize("seed", range(6))
def test_objects_stand_upright_on_the_ground(scene: np.ndarray, seed: int) -> None:
    depth = standing_depth(scene, np.random.default_rng(seed))
    near, far, sky = depth[30:130, 48:62], depth[55:85, 178:192], depth[:40, 100:150]
    behind = depth[30:130, 100:150]
    assert np.ptp(near.mean(axis=1)) < 0.6 * np.ptp(behind.mean(axis=1))
    assert near.mean() < far.mean() < sky.mean() + 1e-3
    assert sky.mean() > 0.8
    assert near.mean() < 0.5
    ground = depth[100:155, 100:150].mean(axis=1)
    assert (np.diff(ground) <= 1e-3).all()


@pytest.mark.parametrize("shape", [(32, 32), (128, 192), (65, 33)])
def test_depth_runs_from_0_to_1_over_the_photograph(
    photograph: np.ndarray, shape: tuple[int, int]
) -> None:
    image = to_linear(np.ascontiguousarray(photograph[: shape[0], : shape[1]]))
    depth = standing_depth(image, np.random.default_rng(0))
    assert depth.shape == shape
    assert depth.dtype == np.float32
    assert (depth.min(), depth.max()) == (0.0, 1.0)


def test_a_flat_image_has_a_depth_too() -> None:
    depth = standing_depth(np.full((40, 40, 3), 0.5, np.float32), np.random.default_rng(1))
    assert np.isfinite(depth).all()


def test_the_seed_decides(photograph: np.ndarray) -> None:
    one, again, other = (
        standing_depth(to_linear(photograph), np.random.default_rng(seed)) for seed in (3, 3, 4)
    )
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)
