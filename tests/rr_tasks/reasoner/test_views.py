import cv2
import numpy as np
import pytest

from rr_tasks.reasoner.cepstrum import SHAPE
from rr_tasks.reasoner.views import (
    VIEW_SIDE,
    WORKING_SIDE,
    cut_grid,
    cut_randomly,
    shrink_to_working_size,
    take_views,
)

SHAPES = [(1, 1), (30, 2000), (127, 129), (128, 128), (1001, 333)]
VIEW = (VIEW_SIDE, VIEW_SIDE, 3)


def image(shape: tuple[int, int]) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (*shape, 3)).astype(np.uint8)


@pytest.mark.parametrize(("whole", "working", "native"), [(True, 3, 2), (False, 4, 4)])
@pytest.mark.parametrize("shape", SHAPES)
def test_views_have_one_size(
    shape: tuple[int, int], whole: bool, working: int, native: int
) -> None:
    photograph = image(shape)
    seen = take_views(photograph, whole=whole)
    assert seen.overview.shape == VIEW
    assert seen.working.shape == (working, *VIEW)
    assert seen.native.shape == (native, *VIEW)
    assert seen.cepstra.shape == (2, *SHAPE)
    assert seen.short_side == min(*shape, WORKING_SIDE)
    crops = cut_randomly(photograph, 3, np.random.default_rng(0))
    assert [crop.shape for crop in crops] == [VIEW] * 3


def test_crops_on_a_grid_are_pixels_of_the_middle_of_each_cell() -> None:
    photograph = image((600, 800))
    places = [(86, 136), (86, 536), (386, 136), (386, 536)]
    for crop, (top, left) in zip(cut_grid(photograph, 2), places, strict=True):
        expected = photograph[top : top + VIEW_SIDE, left : left + VIEW_SIDE]
        assert np.array_equal(crop, expected)


@pytest.mark.parametrize(
    ("shape", "working", "scale"),
    [
        ((100, 5000), (100, 5000), 1.0),
        ((WORKING_SIDE, 700), (WORKING_SIDE, 700), 1.0),
        ((2048, 3072), (512, 768), 0.25),
        ((3000, 1000), (1536, 512), 0.512),
    ],
)
def test_large_photographs_alone_are_shrunk_to_working_size(
    shape: tuple[int, int], working: tuple[int, int], scale: float
) -> None:
    photograph = image(shape)
    shrunk, factor = shrink_to_working_size(photograph)
    assert shrunk.shape == (*working, 3)
    assert factor == pytest.approx(scale)
    assert take_views(photograph, whole=True).scale == factor
    assert (shrunk is photograph) == (scale == 1.0)


def test_working_crops_show_a_large_photograph_shrunk_and_native_ones_its_own_pixels() -> None:
    photograph = np.zeros((2048, 2048, 3), np.uint8)
    photograph[::2] = 200  # lines that vanish when they are shrunk
    seen = take_views(photograph, whole=True)
    assert np.ptp(seen.working.astype(int)) == 0
    assert np.ptp(seen.native.astype(int)) == 200
    assert not seen.cepstra.any()


def test_random_crops_are_native_pixels_from_anywhere() -> None:
    y, x = np.mgrid[0:256, 0:256]
    photograph = np.stack([y, x, y], axis=-1).astype(np.uint8)
    corners = set()
    for crop in cut_randomly(photograph, 30, np.random.default_rng(0)):
        top, left = (int(place) for place in crop[0, 0, :2])
        assert np.array_equal(crop, photograph[top : top + VIEW_SIDE, left : left + VIEW_SIDE])
        corners.add((top, left))
    assert len(corners) > 20


def test_a_small_photograph_is_mirrored_not_stretched() -> None:
    photograph = image((50, 60))
    crop = cut_grid(photograph, 2)[0]
    assert np.array_equal(crop[:50, :60], photograph)
    assert np.array_equal(crop[50:100, :60], photograph[::-1])
    assert np.array_equal(crop[:50, 60:120], photograph[:, ::-1])


@pytest.mark.parametrize("shape", [(512, 910), (600, 400)])
def test_an_overview_that_is_not_of_the_whole_is_never_stretched(shape: tuple[int, int]) -> None:
    photograph = image(shape)
    side = min(shape)
    top, left = (shape[0] - side) // 2, (shape[1] - side) // 2
    square = photograph[top : top + side, left : left + side]
    overview, expected = (take_views(one, whole=False).overview for one in (photograph, square))
    assert np.array_equal(overview, expected)


def test_the_overview_shows_the_whole() -> None:
    photograph = np.zeros((300, 500, 3), np.uint8)
    photograph[150:, :250] = 200
    small = take_views(photograph, whole=True).overview
    assert small[VIEW_SIDE - 2, 1].tolist() == [200] * 3
    assert small[1, 1].tolist() == small[-2, -2].tolist() == [0] * 3


def test_the_sharpest_window_is_where_the_photograph_is_sharp() -> None:
    photograph = cv2.GaussianBlur(image((512, 640)), (0, 0), 4.0)
    photograph[300:460, 350:510] = image((160, 160))
    sharpest = take_views(photograph, whole=True).working[0]
    assert any(
        np.array_equal(sharpest, photograph[top : top + VIEW_SIDE, left : left + VIEW_SIDE])
        for top in (256, 384)
        for left in (336, 496)
    )
    assert sharpest.std() > 2 * photograph.std()
