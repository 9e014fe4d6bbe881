from pathlib import Path

import cv2
import numpy as np
import pytest

from rr_tasks.degrade.photograph import (
    UnusablePhotographError,
    crop,
    list_photographs,
    read_photograph,
)
from rr_tasks.storage.files import MissingFolderError
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


@pytest.mark.parametrize("content", [b"", b"a letter, not a photograph", b"\xff\xd8\xff\xe0"])
def test_a_file_that_is_no_photograph_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.jpg"
    path.write_bytes(content)
    with pytest.raises(UnusablePhotographError, match=r"not a readable image|the file is empty"):
        read_photograph(str(path))


def test_grey_and_transparent_files_become_colour(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "grey.png"), np.full((40, 50), 99, np.uint8))
    cv2.imwrite(str(tmp_path / "clear.png"), np.full((40, 50, 4), 99, np.uint8))
    cv2.imwrite(str(tmp_path / "blue.png"), np.full((40, 50, 3), (255, 0, 0), np.uint8))
    assert read_photograph(str(tmp_path / "grey.png")).shape == (40, 50, 3)
    assert read_photograph(str(tmp_path / "clear.png")).shape == (40, 50, 3)
    assert read_photograph(str(tmp_path / "blue.png"))[0, 0].tolist() == [0, 0, 255]


def test_photographs_are_listed_sorted_and_nothing_else(tmp_path: Path) -> None:
    for name in ("b.PNG", "a/c.jpg", "a/.hidden.jpg", ".git/d.jpg", "notes.txt", "a/Thumbs.db"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x")
    listed = list_photographs(str(tmp_path))
    assert [url.removeprefix(f"file://{tmp_path}/") for url in listed] == ["a/c.jpg", "b.PNG"]


def test_a_folder_without_photographs_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingFolderError, match=r"no photographs here; expected .*\.webp"):
        list_photographs(str(tmp_path))
    with pytest.raises(MissingFolderError, match="nowhere: no such folder"):
        list_photographs(str(tmp_path / "nowhere"))
