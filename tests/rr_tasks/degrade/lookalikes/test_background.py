import cv2
import numpy as np

from rr_tasks.degrade.lookalikes.background import find_background
from rr_tasks.degrade.square import Square


def test_the_part_out_of_focus_is_found_and_plain_sky_is_not() -> None:
    rng = np.random.default_rng(0)
    coarse = cv2.resize(rng.uniform(0, 255, (20, 60)), (900, 300), interpolation=cv2.INTER_CUBIC)
    fine = rng.uniform(-40, 40, (300, 900))
    fine[:, 300:600] = 0  # out of focus
    coarse[:, 600:] = 128  # a sky
    grey = np.clip(coarse + fine * (np.arange(900) < 600), 0, 255).astype(np.uint8)
    photograph = np.repeat(grey[..., None], 3, axis=2)
    found = find_background(photograph, Square(0, 0, 300, 200))
    assert found.side == 150
    assert found.size == 150
    assert 290 <= found.left <= 460


def test_it_lies_within_small_photographs() -> None:
    photograph = np.random.default_rng(1).integers(0, 255, (40, 61, 3), dtype=np.uint8)
    found = find_background(photograph, Square(0, 0, 40, 40))
    assert found.side == found.size == 40
    assert 0 <= found.left <= 21
    assert found.top == 0
