import cv2
import numpy as np
import pytest

from rr_tasks.evaluation.images.niqe import measure_niqe
from tests.conftest import SAMPLES

REFERENCE = {
    "erase__red_panda": (3.5838, 7.5435),
    "explore_monuments__lincolnMemorial": (3.9052, 8.1996),
    "explore_monuments__machuPicchu": (4.6993, 7.2606),
}
"""NIQE of the middle 384 x 384 pixels, and of the same blurred with sigma 2, as BasicSR 1.4.2
computes it, which agrees with its authors' MATLAB code to four digits (5.7296 for baboon.png)."""


@pytest.mark.parametrize("name", REFERENCE)
def test_it_agrees_with_another_implementation(name):
    image = cv2.imread(str(SAMPLES.with_name("heldout") / f"{name}.webp"))
    top, left = (length // 2 - 192 for length in image.shape[:2])
    middle = cv2.cvtColor(image[top : top + 384, left : left + 384], cv2.COLOR_BGR2RGB)
    plain, blurred = REFERENCE[name]
    assert measure_niqe(middle) == pytest.approx(plain, abs=0.03)
    assert measure_niqe(cv2.GaussianBlur(middle, (0, 0), 2)) == pytest.approx(blurred, abs=0.03)


def test_noise_and_blocks_look_less_natural():
    image = cv2.imread(str(SAMPLES.with_name("heldout") / "erase__red_panda.webp"))[:384, :384]
    noisy = image + np.random.default_rng(0).normal(0, 25, image.shape)
    saved = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 10])[1]
    for worse in (noisy.clip(0, 255).astype(np.uint8), cv2.imdecode(saved, cv2.IMREAD_COLOR)):
        assert measure_niqe(worse) > measure_niqe(image) + 1


def test_what_shows_nothing_has_no_value():
    assert measure_niqe(np.full((384, 384, 3), 128, np.uint8)) is None
    assert measure_niqe(np.zeros((96, 96, 3), np.uint8)) is None
