import numpy as np
import pytest

from rr_tasks.degrade.color import decode, encode, to_bytes, to_linear


def test_every_level_survives_linear_light() -> None:
    levels = np.repeat(np.arange(256, dtype=np.uint8), 3).reshape(16, 16, 3)
    assert np.array_equal(to_bytes(to_linear(levels)), levels)


def test_values_outside_the_range_are_clipped() -> None:
    image = np.array([[[-0.5, 0.0, 1.5]]], dtype=np.float32)
    assert to_bytes(image).tolist() == [[[0, 0, 255]]]


def test_the_curve_is_that_of_srgb() -> None:
    coded = np.array([0.0, 0.04045, 0.5, 1.0])
    linear = np.array([0.0, 0.0031308, 0.2140411, 1.0])
    assert decode(coded) == pytest.approx(linear, abs=1e-6)
    assert encode(linear) == pytest.approx(coded, abs=1e-5)
    assert to_linear(np.full((1, 1, 3), 128, np.uint8))[0, 0, 0] == pytest.approx(0.21586, abs=1e-4)
