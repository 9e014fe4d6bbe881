import numpy as np
import pytest

from rr_tasks.degrade.square import crop
from rr_tasks.photographs.formats.base import UnusablePhotographError
from schemas.recipe import DegradationRecipe

RANDOM = DegradationRecipe(name="random", size=64)
GRID = DegradationRecipe(name="grid", size=64, sampling="grid")


def places(height: int, width: int) -> np.ndarray:
    """An image in which every pixel tells its row and column."""
    y, x = np.mgrid[0:height, 0:width]
    return np.stack([y, x, np.zeros_like(y)], axis=-1).astype(np.uint8)


@pytest.mark.parametrize("recipe", [RANDOM, GRID], ids=lambda recipe: recipe.name)
@pytest.mark.parametrize(
    ("height", "width", "side"), [(32, 32, 32), (50, 200, 50), (64, 64, 64), (200, 90, 64)]
)
def test_a_crop_is_a_square_and_never_enlarged(
    recipe: DegradationRecipe, height: int, width: int, side: int
) -> None:
    image = places(height, width)
    for seed in range(5):
        cut = crop(image, recipe, np.random.default_rng(seed))
        assert cut.shape == (side, side, 3)
        steps = np.diff(cut[:, :, 0].astype(int), axis=0)
        assert steps.min() >= 1  # at least one pixel of the photograph for one of the crop


def test_all_sizes_are_equally_often_in_each_octave_and_enlarged_at_most_twice() -> None:
    recipe = DegradationRecipe(name="sizes", size=128, smallest_size=32)
    sides = [
        len(crop(places(100, 300), recipe, np.random.default_rng(seed))) for seed in range(200)
    ]
    assert min(sides) >= 32
    assert max(sides) > 110
    assert np.mean(np.array(sides) < 64) == pytest.approx(0.5, abs=0.1)
    small = [len(crop(places(40, 50), recipe, np.random.default_rng(seed))) for seed in range(50)]
    assert max(small) == 80


def test_a_grid_takes_the_central_square() -> None:
    cut = crop(places(40, 200), GRID, np.random.default_rng(0))
    assert np.array_equal(cut, places(40, 200)[:, 80:120])


def test_random_crops_differ_in_place_and_scale() -> None:
    cuts = [crop(places(200, 200), RANDOM, np.random.default_rng(seed)) for seed in range(10)]
    assert len({tuple(cut[0, 0]) for cut in cuts}) > 5
    assert len({int(cut[-1, 0, 0]) - int(cut[0, 0, 0]) for cut in cuts}) > 5


@pytest.mark.parametrize("recipe", [RANDOM, GRID], ids=lambda recipe: recipe.name)
def test_shrinking_averages(recipe: DegradationRecipe) -> None:
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, (400, 400, 3)).astype(np.uint8)
    spreads = [crop(noise, recipe, np.random.default_rng(seed)).std() for seed in range(20)]
    assert min(spreads) < 25  # from a deviation of 74
    assert crop(noise, recipe, rng).mean() == pytest.approx(noise.mean(), abs=2.5)


def test_a_tiny_photograph_is_refused_with_its_size() -> None:
    with pytest.raises(UnusablePhotographError, match="too small to learn from: 200 x 31 pixels"):
        crop(places(31, 200), GRID, np.random.default_rng(0))
