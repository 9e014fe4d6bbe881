import base64

import cv2
import numpy as np
import pytest

from rr_tasks.inspection.data_uri import SIDE, write_greys, write_photograph


def read(uri: str, kind: str) -> np.ndarray:
    head, _, content = uri.partition(",")
    assert head == f"data:image/{kind};base64"
    found = cv2.imdecode(np.frombuffer(base64.b64decode(content), np.uint8), cv2.IMREAD_UNCHANGED)
    return np.asarray(found)


@pytest.mark.parametrize(
    ("size", "shown"),
    [((600, 900), (213, SIDE)), ((90, 120), (90, 120)), ((3, 3000), (1, SIDE))],
)
def test_large_photographs_are_shrunk(size: tuple[int, int], shown: tuple[int, int]) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (*size, 3), np.uint8)
    assert read(write_photograph(noise), "jpeg").shape == (*shown, 3)


def test_a_photograph_keeps_its_colours() -> None:
    red = np.full((40, 60, 3), (200, 30, 40), np.uint8)
    blue, green, shown = cv2.split(read(write_photograph(red), "jpeg"))
    assert abs(int(shown.mean()) - 200) < 4
    assert max(abs(int(green.mean()) - 30), abs(int(blue.mean()) - 40)) < 4


def test_greys_have_a_pixel_for_each_cell() -> None:
    greys = np.linspace(0, 1, 16 * 16).reshape(16, 16)
    assert np.array_equal(read(write_greys(greys), "png"), np.rint(255 * greys))
