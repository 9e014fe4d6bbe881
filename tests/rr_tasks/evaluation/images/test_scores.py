import cv2
import numpy as np
import pytest

from rr_tasks.evaluation.images.luma import to_y
from rr_tasks.evaluation.images.scores import SCORES, ms_ssim, psnr_y, ssim_y


def test_y_is_that_of_matlab():
    colours = np.array([[[0, 0, 0], [255, 255, 255], [255, 0, 0], [0, 255, 0]]], np.uint8)
    assert to_y(colours)[0] == pytest.approx([16.0, 235.0, 81.481, 144.553], abs=1e-3)


def test_figures_of_y_ignore_a_change_of_colour_alone():
    grey = np.full((64, 64, 3), 120, np.uint8)
    red = grey + np.array([10, -5, 0], np.int16)
    red = red.astype(np.uint8)
    error = (10 * 65.481 - 5 * 128.553) / 255
    assert psnr_y(red, grey) == pytest.approx(20 * np.log10(255 / abs(error)), abs=0.05) or (
        psnr_y(red, grey) == 60.0
    )
    assert psnr_y(grey, grey) == 60.0


def test_multiple_scales_see_blur_where_one_does(photograph):
    image = cv2.resize(photograph, (256, 256))
    blurred = [cv2.GaussianBlur(image, (0, 0), sigma) for sigma in (1, 2, 4)]
    for score in (ms_ssim, ssim_y):
        values = [score(one, image) for one in (image, *blurred)]
        assert values[0] == pytest.approx(1.0, abs=1e-5)
        assert values == sorted(values, reverse=True)
    assert ms_ssim(blurred[2], image) > ssim_y(blurred[2], image)


def test_what_cannot_be_computed_is_null():
    small = np.full((64, 64, 3), 120, np.uint8)
    values = {name: score(small, small) for name, score in SCORES.items()}
    assert values["ms_ssim"] is None
    assert values["niqe"] is None
    assert values["psnr"] == values["psnr_y"] == 60.0
