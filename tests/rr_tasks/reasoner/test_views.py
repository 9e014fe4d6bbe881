import numpy as np
import pytest

from rr_tasks.reasoner.views import VIEW_SIDE, native_crops, overview, random_crops

SHAPES = [(1, 1), (30, 2000), (127, 129), (128, 128), (1001, 333)]
VIEW = (VIEW_SIDE, VIEW_SIDE, 3)


def image(shape: tuple[int, int]) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (*shape, 3)).astype(np.uint8)


@pytest.mark.parametrize("shape", SHAPES)
def test_views_have_one_size(shape: tuple[int, int]) -> None:
    photograph = image(shape)
    assert overview(photograph).shape == VIEW
    assert [crop.shape for crop in native_crops(photograph)] == [VIEW] * 4
    crops = random_crops(photograph, 3, np.random.default_rng(0))
    assert [crop.shape for crop in crops] == [VIEW] * 3


def test_crops_are_native_pixels_of_the_four_quarters() -> None:
    photograph = image((600, 800))
    for crop, (top, left) in zip(
        native_crops(photograph), [(86, 136), (86, 536), (386, 136), (386, 536)], strict=True
    ):
        expected = photograph[top : top + VIEW_SIDE, left : left + VIEW_SIDE]
        assert np.array_equal(crop, expected)


def test_random_crops_are_native_pixels_from_anywhere() -> None:
    y, x = np.mgrid[0:256, 0:256]
    photograph = np.stack([y, x, y], axis=-1).astype(np.uint8)
    corners = set()
    for crop in random_crops(photograph, 30, np.random.default_rng(0)):
        top, left = (int(place) for place in crop[0, 0, :2])
        assert np.array_equal(crop, photograph[top : top + VIEW_SIDE, left : left + VIEW_SIDE])
        corners.add((top, left))
    assert len(corners) > 20


def test_a_small_photograph_is_mirrored_not_stretched() -> None:
    photograph = image((50, 60))
    crop = native_crops(photograph)[0]
    assert np.array_equal(crop[:50, :60], photograph)
    assert np.array_equal(crop[50:100, :60], photograph[::-1])
    assert np.array_equal(crop[:50, 60:120], photograph[:, ::-1])


def test_the_overview_shows_the_whole() -> None:
    photograph = np.zeros((300, 500, 3), np.uint8)
    photograph[150:, :250] = 200
    small = overview(photograph)
    assert small[VIEW_SIDE - 2, 1].tolist() == [200] * 3
    assert small[1, 1].tolist() == small[-2, -2].tolist() == [0] * 3
