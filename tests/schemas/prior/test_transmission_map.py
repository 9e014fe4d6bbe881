from contextlib import nullcontext

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from schemas.prior.haze import HazeParameters
from schemas.prior.transmission_map import MAP_SIDE, TransmissionMap

FLAT: npt.NDArray[np.float64] = np.full((MAP_SIDE, MAP_SIDE), 0.4)
ARRAYS = st.integers(0, 2**32 - 1).map(
    lambda seed: np.random.default_rng(seed).random((MAP_SIDE, MAP_SIDE))
)


@given(ARRAYS)
def test_an_array_becomes_a_map_and_back(values: np.ndarray) -> None:
    drawn = TransmissionMap(rows=values.tolist())
    assert np.abs(np.array(drawn.rows) - values).max() <= 0.0005
    assert TransmissionMap(rows=np.array(drawn.rows).tolist()) == drawn
    assert TransmissionMap.model_validate_json(drawn.model_dump_json()) == drawn
    assert len(drawn.model_dump_json()) < 2000


@given(ARRAYS)
def test_the_mirrored_map_is_the_map_of_the_mirrored_photograph(values: np.ndarray) -> None:
    drawn = TransmissionMap(rows=values.tolist())
    assert drawn.mirror() == TransmissionMap(rows=values[:, ::-1].tolist())
    assert drawn.mirror().mirror() == drawn


@pytest.mark.parametrize(("transmission", "agrees"), [(0.4, True), (0.395, True), (0.42, False)])
def test_a_map_agrees_with_the_mean_transmission(transmission: float, agrees: bool) -> None:
    drawn = TransmissionMap(rows=FLAT.tolist())
    with nullcontext() if agrees else pytest.raises(ValidationError, match="mean of its map"):
        HazeParameters(
            atmospheric_light=(0.8, 0.8, 0.8),
            transmission=transmission,
            beta=1.0,
            transmission_map=drawn,
        )


@pytest.mark.parametrize(
    "values",
    [FLAT[1:], FLAT[:, 1:], np.vstack([FLAT, FLAT[:1]]), FLAT + 0.7, FLAT - 0.7, FLAT * np.nan],
)
def test_a_map_is_16_by_16_values_from_0_to_1(values: np.ndarray) -> None:
    with pytest.raises(ValidationError, match="rows"):
        TransmissionMap(rows=values.tolist())
