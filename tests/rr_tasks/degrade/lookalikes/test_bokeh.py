import numpy as np
import pytest

from rr_tasks.degrade.lookalikes.bokeh import add_bokeh
from schemas.base import Range
from schemas.lookalike import BokehRecipe

WIDE = BokehRecipe(extent=Range(low=0.08, high=0.08), sharp=Range(low=0.3, high=0.3))


def slope(side: int = 128) -> np.ndarray:
    return np.repeat(np.linspace(1, 0, side, dtype=np.float32)[:, None], side, axis=1)


def texture(side: int = 128) -> np.ndarray:
    return np.random.default_rng(1).uniform(0.1, 0.7, (side, side, 3)).astype(np.float32)


@pytest.mark.parametrize("seed", range(5))
def test_one_plane_stays_exactly_as_it_is_and_the_rest_loses_its_detail(seed: int) -> None:
    image = texture()
    blurred = add_bokeh(image, slope(), WIDE, np.random.default_rng(seed))
    change = np.abs(blurred - image).max(axis=(1, 2))
    in_focus = change == 0
    assert 0.25 < in_focus.mean() < 0.35
    rows = np.flatnonzero(in_focus)
    assert np.all(np.diff(rows) == 1), "one plane, without gaps"
    farthest = np.argmax(
        np.minimum(np.abs(np.arange(128) - rows[0]), np.abs(np.arange(128) - rows[-1]))
    )
    assert blurred[farthest].std() < 0.5 * image[farthest].std()


def test_a_light_out_of_focus_becomes_a_disc() -> None:
    image = np.full((129, 129, 3), 0.01, np.float32)
    image[20, 64] = 1.0
    depth = np.where(slope(129) > 0.5, 1.0, 0.0).astype(np.float32)
    blurred = add_bokeh(image, depth, WIDE, np.random.default_rng(0))
    assert np.array_equal(blurred[70:], image[70:]), "the near half is in focus"
    rows, columns = np.nonzero(blurred[..., 0] > 0.015)
    away = np.hypot(rows - 20, columns - 64)
    assert away.max() == pytest.approx(0.08 * 129 / 2, abs=1.5)
    filled = np.hypot(*np.mgrid[-20:109, -64:65]) < away.max() - 1.5
    assert np.all(blurred[filled][:, 0] > 0.015)


def test_a_sharp_subject_leaves_no_halo_behind_its_edge() -> None:
    image = np.full((128, 128, 3), 0.1, np.float32)
    image[:, :64] = 0.7
    depth = np.zeros((128, 128), np.float32)
    depth[:, 64:] = 1.0
    half = WIDE.model_copy(update={"sharp": Range(low=0.45, high=0.45)})
    blurred = add_bokeh(image, depth, half, np.random.default_rng(2))
    assert np.abs(blurred - image).max() < 0.02


def test_photographs_of_any_shape_and_depth_are_possible() -> None:
    image = texture()[:70]
    flat = np.zeros((70, 128), np.float32)
    assert np.array_equal(add_bokeh(image, flat, WIDE, np.random.default_rng(3)), image)
