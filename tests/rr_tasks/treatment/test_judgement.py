from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from rr_tasks.treatment.judgement import Impression, find_fault, find_rest
from rr_tasks.treatment.tone import measure_tone
from tests.makers import scene


def seen(image: Any, haze: float = 0.0, blur: float = 0.0, noise: float = 0.0) -> Impression:
    return Impression(np.array([haze, blur, 0.0, noise]), image, measure_tone(image))


PICTURE = cv2.GaussianBlur(scene(200, 160), (0, 0), 2)
NOISY = seen(PICTURE, noise=60.0)


@pytest.mark.parametrize(
    ("after", "fault"),
    [
        (seen(PICTURE), None),
        (seen(PICTURE, noise=20.0, blur=15.0), None),
        (seen(PICTURE, noise=np.nan), None),
        (seen(PICTURE, noise=52.0), "the severity of noise did not fall"),
        (seen(PICTURE, noise=20.0, blur=25.0), "the severity of blur rose by 25"),
        (seen(PICTURE[::-1]), "what it shows changed"),
        (seen(cv2.add(PICTURE, (25.0,) * 4)), "its mean colour changed by"),
        (seen(255 - PICTURE), "what it shows changed"),
        (seen(PICTURE // 8), "it became too dark"),
        (seen(200 + PICTURE // 5), "it became too bright"),
        (seen(cv2.subtract(PICTURE, (110.0,) * 4)), "of it became black"),
        (seen(cv2.multiply(PICTURE, (1.0, 1.0, 0.3, 1.0))), "its colours shifted by"),
    ],
)
def test_a_restoration_has_to_be_better_alike_and_plausible(
    after: Impression, fault: str | None
) -> None:
    found = find_fault(NOISY, after, ["noise"])
    assert (found or "none").count(fault or "none") == 1, found


def test_a_photograph_that_was_dark_may_stay_dark() -> None:
    assert find_fault(seen(PICTURE // 8, noise=60.0), seen(PICTURE // 8), ["noise"]) is None


def test_what_is_left_is_told_if_it_is_much() -> None:
    assert find_rest(NOISY, seen(PICTURE, noise=20.0), ["noise"]) is None
    rest = find_rest(NOISY, seen(PICTURE, noise=45.0), ["noise"])
    assert rest == "75% of the severity of noise is left"


def test_what_is_shown_stays_where_it_is() -> None:
    path = sorted((Path(__file__).parents[3] / "infra" / "samples" / "train").glob("*.webp"))[0]
    photograph = cv2.resize(cv2.imread(str(path)), (300, 200), interpolation=cv2.INTER_AREA)
    moved = np.roll(photograph, 2, axis=1)
    fault = find_fault(seen(photograph, noise=60.0), seen(moved), ["noise"])
    assert str(fault).startswith("what it shows moved by 0.8%")


def test_without_rain_much_of_what_was_seen_may_be_gone() -> None:
    rng = np.random.default_rng(0)
    streaks = cv2.blur(255 * (rng.random(PICTURE.shape[:2]) < 0.05).astype(np.float32), (3, 25))
    rainy = np.clip(PICTURE / 3 + 3 * streaks[..., None], 0, 255).astype(np.uint8)
    before = seen(rainy)._replace(severities=np.array([0.0, 0.0, 90.0, 40.0]))
    assert find_fault(before, seen(PICTURE), ["rain"]) is None
    assert str(find_fault(before, seen(PICTURE), ["noise"])).startswith("what it shows changed")
    assert str(find_fault(before, seen(255 - rainy), ["rain"])).startswith("what it shows changed")


def test_haze_and_rain_may_change_the_colour_and_others_may_not() -> None:
    warmer = cv2.add(PICTURE, (0.0, 0.0, 40.0, 0.0))
    assert "mean colour" in str(find_fault(NOISY, seen(warmer), ["noise"]))
    assert find_fault(seen(PICTURE, haze=60.0), seen(warmer), ["haze"]) is None
