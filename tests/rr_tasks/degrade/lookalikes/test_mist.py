import numpy as np

from rr_tasks.degrade.lookalikes.mist import add_mist
from schemas.base import Range
from schemas.lookalike import MistRecipe

FIXED = MistRecipe(clear=Range(low=0.5, high=0.5), transmission=Range(low=0.5, high=0.5))


def test_only_the_distance_is_veiled_and_more_so_farther_away() -> None:
    rng = np.random.default_rng(0)
    image = rng.uniform(0.0, 0.4, (100, 100, 3)).astype(np.float32)
    depth = np.repeat(np.linspace(1, 0, 100, dtype=np.float32)[:, None], 100, axis=1)
    misty = add_mist(image, depth, FIXED, rng)
    contrast = misty.std(axis=(1, 2)) / image.std(axis=(1, 2))
    assert np.allclose(misty[55:], image[55:], atol=1e-6)
    assert np.all(np.diff(contrast[:45]) > 0)
    assert abs(contrast[0] - 0.5) < 1e-3
    assert misty[0].mean() > image[0].mean()


def test_a_scene_without_depth_stays_clear() -> None:
    image = np.full((40, 60, 3), 0.3, np.float32)
    misty = add_mist(image, np.zeros((40, 60), np.float32), FIXED, np.random.default_rng(1))
    assert np.allclose(misty, image, atol=1e-6)
