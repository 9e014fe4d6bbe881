import numpy as np
import pytest

from rr_tasks.degrade.lookalikes.moving import smear_object
from schemas.base import Range
from schemas.lookalike import MovingRecipe

LONG = MovingRecipe(length=Range(low=0.1, high=0.1))


def test_only_the_object_and_its_surroundings_change() -> None:
    image = np.repeat(np.linspace(0, 0.2, 256, dtype=np.float32)[:, None], 256, axis=1)
    image = np.repeat(image[..., None], 3, axis=2)
    image[110:150, 100:160] = (0.6, 0.1, 0.1)
    smeared = smear_object(image, LONG, np.random.default_rng(0))
    change = np.abs(smeared - image).max(axis=2)
    assert np.all(change[:80] == 0)
    assert np.all(change[180:] == 0)
    red = smeared[130, :, 0]
    steps = np.abs(np.diff(red[80:180]))
    assert steps.max() < 0.15 < np.abs(np.diff(image[130, :, 0])).max()
    assert (red > 0.15).sum() > 75, "its path is longer than the object"


@pytest.mark.parametrize("shape", [(64, 64, 3), (90, 200, 3), (600, 400, 3)])
def test_something_moves_in_any_scene(shape: tuple[int, int, int]) -> None:
    image = np.random.default_rng(1).uniform(0, 1, shape).astype(np.float32)
    smeared = smear_object(image, LONG, np.random.default_rng(2))
    changed = (np.abs(smeared - image).max(axis=2) > 0).mean()
    assert smeared.shape == shape
    assert 0.01 < changed < 0.5
