import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from rr_tasks.degrade.transmission import dilute_map, draw_map, fade_map
from schemas.prior.transmission_map import MAP_SIDE, TransmissionMap
from schemas.ranges import HazeRecipe
from schemas.recipe import EDGE_V2
from tests.physics import add_haze

CELLS = arrays.arrays(np.float64, (MAP_SIDE, MAP_SIDE), elements=st.floats(0.0, 1.0))


def of(cells: np.ndarray) -> TransmissionMap:
    return TransmissionMap(rows=tuple(map(tuple, cells.tolist())))


def values(transmission: TransmissionMap) -> np.ndarray:
    return np.array(transmission.rows)


@pytest.mark.parametrize("shape", [(160, 320), (37, 123), (7, 20), (1, 1)], ids=str)
def test_a_map_holds_means_over_cells_of_the_whole_photograph(shape: tuple[int, int]) -> None:
    rows, columns = (np.linspace(0, 1, length, dtype=np.float32) for length in shape)
    transmission = np.float32(0.8) * rows[:, None] + np.float32(0.2) * columns[None, :]
    drawn = values(draw_map(transmission))
    assert drawn.mean() == pytest.approx(transmission.mean(), abs=5e-4)
    assert drawn[0, 0] == drawn.min()
    assert drawn[-1, -1] == drawn.max()
    height, width = (length // MAP_SIDE for length in shape)
    if shape == (160, 320):
        assert drawn[3, 5] == pytest.approx(
            transmission[3 * height : 4 * height, 5 * width : 6 * width].mean(), abs=6e-4
        )


@given(CELLS, st.floats(0.02, 0.999))
def test_a_map_takes_any_mean_and_keeps_its_order(cells: np.ndarray, mean: float) -> None:
    faded = values(fade_map(of(cells), mean)[1])
    assert faded.mean() == pytest.approx(mean, abs=6e-4)
    order = np.argsort(cells, axis=None)
    assert (np.diff(faded.ravel()[order]) >= 0).all()


def test_haze_twice_as_thick_squares_a_map() -> None:
    cells = np.linspace(0.2, 0.9, MAP_SIDE**2).reshape(MAP_SIDE, MAP_SIDE)
    power, thicker = fade_map(of(cells), float((cells**2).mean()))
    assert power == pytest.approx(2, abs=2e-3)
    assert values(thicker) == pytest.approx(cells**2, abs=2e-3)


@given(CELLS, st.floats(0.0, 1.0))
def test_a_blend_lifts_every_cell(cells: np.ndarray, share: float) -> None:
    left = values(dilute_map(of(cells), share))
    assert left == pytest.approx(1 - share * (1 - cells), abs=1.1e-3)


@pytest.mark.parametrize("recipe", [HazeRecipe(), EDGE_V2.haze], ids=["even", "uneven or smoke"])
@pytest.mark.parametrize("seed", range(3))
def test_the_truth_says_where_haze_is_thick(recipe: HazeRecipe, seed: int) -> None:
    rng = np.random.default_rng(seed)
    dark, depth = np.zeros((96, 128, 3), np.float32), rng.random((96, 128), dtype=np.float32)
    hazy, haze = add_haze(dark, depth, 60.0, recipe, rng)
    assert haze.parameters
    assert haze.parameters.transmission_map
    drawn = values(haze.parameters.transmission_map)
    assert drawn.mean() == pytest.approx(haze.parameters.transmission, abs=5e-4)
    # A dark scene shows the airlight alone, as much as is not transmitted.
    share = hazy[..., 0].reshape(16, 6, 16, 8).mean((1, 3))
    assert np.corrcoef(share.ravel(), drawn.ravel())[0, 1] == pytest.approx(-1, abs=1e-3)
