from pathlib import Path

import cv2
import numpy as np
import pytest

from rr_tasks.treatment.registration import measure_shift

SAMPLE = sorted((Path(__file__).parents[3] / "infra" / "samples" / "train").glob("*.webp"))[0]
PICTURE = cv2.resize(cv2.imread(str(SAMPLE)), (300, 260), interpolation=cv2.INTER_AREA)


def move(image: np.ndarray, right: float, down: float, zoom: float = 1.0) -> np.ndarray:
    map_ = np.array([[zoom, 0, right], [0, zoom, down]], np.float32)
    size = (image.shape[1], image.shape[0])
    return cv2.warpAffine(image, map_, size, borderMode=cv2.BORDER_REFLECT)


@pytest.mark.parametrize(("right", "down"), [(3.0, 0.0), (0.0, -2.0), (1.5, 2.0), (0.5, 0.0)])
def test_a_shift_is_measured_in_shares_of_the_short_side(right: float, down: float) -> None:
    found = measure_shift(PICTURE, move(PICTURE, right, down))
    assert found == pytest.approx(np.hypot(right, down) / 260, rel=0.3, abs=1.2e-3)


def test_a_zoom_moves_most_parts() -> None:
    assert measure_shift(PICTURE, move(PICTURE, 0, 0, zoom=1.02)) > 0.004


def test_haze_noise_and_blur_move_nothing() -> None:
    noise = np.random.default_rng(0).normal(0, 20, PICTURE.shape)
    for other in (
        PICTURE * 0.4 + 120,
        np.clip(PICTURE + noise, 0, 255),
        cv2.GaussianBlur(PICTURE, (0, 0), 3),
    ):
        assert measure_shift(PICTURE, other.astype(np.uint8)) < 0.0015


def test_where_nothing_is_shown_nothing_moved() -> None:
    grey = np.full((200, 200, 3), 128, np.uint8)
    assert measure_shift(grey, grey) == pytest.approx(0.0, abs=1e-6)
    assert measure_shift(PICTURE[:20, :20], PICTURE[5:25, :20]) == 0.0
