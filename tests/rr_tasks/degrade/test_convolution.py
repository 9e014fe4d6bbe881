from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rr_tasks.degrade.convolution import Field, Points, spread, spread_points


@given(st.integers(1, 16), st.integers(32, 70), st.integers(32, 70), st.integers(0, 99))
def test_it_is_the_sum_that_filter2d_makes(half: int, height: int, width: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    image = rng.random((height, width, 3), dtype=np.float32)
    kernel = rng.random((2 * half - 1, 2 * half - 1), dtype=np.float32)
    kernel /= kernel.sum()
    expected = cv2.filter2D(image, -1, kernel, borderType=cv2.BORDER_REFLECT_101)
    np.testing.assert_allclose(spread(image, kernel), expected, atol=2e-6)


@pytest.mark.parametrize("side", [3, 21])
def test_a_single_channel_stays_one(side: int) -> None:
    kernel = np.full((side, side), 1 / side**2, np.float32)
    assert spread(np.ones((48, 40), np.float32), kernel).shape == (48, 40)


def points(field: Field) -> Points:
    rows, columns = np.nonzero(field)
    return Points(rows, columns, field[rows, columns])


@given(st.lists(st.integers(1, 14), min_size=1, max_size=3), st.integers(0, 99))
def test_points_are_spread_as_images_are(halves: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    few = [rng.random((40, 50), dtype=np.float32) - np.float32(0.9) for _ in halves]
    maps = [np.maximum(field, np.float32(0)) for field in few]
    kernels = [
        rng.random((2 * half + 1,) * 2, dtype=np.float32) / np.float32(half**2) for half in halves
    ]
    expected: Any = sum(map(spread, maps, kernels))
    np.testing.assert_allclose(
        spread_points([points(field) for field in maps], kernels, (40, 50)), expected, atol=2e-6
    )


def test_an_empty_map_stays_empty() -> None:
    empty, kernel = np.zeros((40, 50), np.float32), np.ones((5, 5), np.float32)
    np.testing.assert_array_equal(spread_points([points(empty)], [kernel], (40, 50)), empty)


def test_points_are_mirrored_as_often_as_a_large_kernel_asks() -> None:
    rng = np.random.default_rng(0)
    field = np.maximum(rng.random((32, 40), dtype=np.float32) - np.float32(0.9), 0)
    kernel = rng.random((151, 151), dtype=np.float32) / np.float32(151**2)
    expected = cv2.filter2D(field, -1, kernel, borderType=cv2.BORDER_REFLECT_101)
    found = spread_points([points(field)], [kernel], (32, 40))
    np.testing.assert_allclose(found, expected, atol=2e-6)


def test_points_at_one_place_add_up() -> None:
    place, kernel = np.array([20]), np.ones((3, 3), np.float32)
    one = spread_points([Points(place, place, np.ones(1, np.float32))], [kernel], (40, 40))
    twice = np.repeat(place, 2)
    two = spread_points([Points(twice, twice, np.ones(2, np.float32))], [kernel], (40, 40))
    np.testing.assert_array_equal(two, 2 * one)
