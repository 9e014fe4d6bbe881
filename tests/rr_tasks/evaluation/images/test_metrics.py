import math

import cv2
import numpy as np
import polars as pl
import pytest

from rr_tasks.evaluation.images.metrics import psnr, quality_table, ssim


def test_psnr_is_that_of_the_textbook(photograph: np.ndarray) -> None:
    brighter = np.full((8, 8, 3), 110, np.uint8)
    assert psnr(brighter, brighter - 10) == pytest.approx(20 * math.log10(255 / 10), abs=1e-4)
    noisy = np.random.default_rng(0).integers(0, 256, photograph.shape).astype(np.uint8)
    error = np.mean((noisy.astype(float) - photograph) ** 2)
    assert psnr(noisy, photograph) == pytest.approx(10 * math.log10(255**2 / error), abs=1e-3)
    assert psnr(np.zeros((4, 4, 3), np.uint8), np.full((4, 4, 3), 255, np.uint8)) == 0.0


def test_psnr_is_capped(photograph: np.ndarray) -> None:
    assert psnr(photograph, photograph) == 60.0
    almost = photograph.copy()
    almost[0, 0, 0] ^= 1
    assert psnr(almost, photograph) == 60.0


def reference_ssim(one: np.ndarray, other: np.ndarray) -> float:
    """Wang et al. 2004 in plain numpy, edges mirrored."""

    def smooth(plane: np.ndarray) -> np.ndarray:
        mirrored = cv2.BORDER_REFLECT_101
        return np.asarray(cv2.GaussianBlur(plane, (11, 11), 1.5, borderType=mirrored))

    values = []
    for channel in range(3):
        x, y = one[..., channel].astype(float), other[..., channel].astype(float)
        mean_x, mean_y = smooth(x), smooth(y)
        variance_x, variance_y = smooth(x * x) - mean_x**2, smooth(y * y) - mean_y**2
        covariance = smooth(x * y) - mean_x * mean_y
        c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
        values.append(
            (2 * mean_x * mean_y + c1)
            * (2 * covariance + c2)
            / ((mean_x**2 + mean_y**2 + c1) * (variance_x + variance_y + c2))
        )
    return float(np.mean(values))


def test_ssim_is_that_of_the_paper(photograph: np.ndarray) -> None:
    noise = np.random.default_rng(0).normal(0, 20, photograph.shape)
    noisy = (photograph + noise).clip(0, 255).astype(np.uint8)
    assert ssim(photograph, photograph) == pytest.approx(1.0)
    assert ssim(noisy, photograph) == pytest.approx(reference_ssim(noisy, photograph), abs=1e-4)
    assert ssim(255 - photograph, photograph) < 0.1


def test_the_quality_is_averaged_by_hand() -> None:
    rows = pl.DataFrame(
        {
            "combination": ["clean", "haze", "haze", "haze+rain", "haze"],
            "psnr_before": [60.0, 20.0, 22.0, 15.0, 1.0],
            "psnr_after": [50.0, 26.0, 21.0, 20.0, None],
            "ssim_before": [1.0, 0.8, 0.9, 0.6, 0.1],
            "ssim_after": [0.99, 0.9, 0.9, 0.7, None],
            "severity_before": [1.0, 40.0, 50.0, 90.0, 90.0],
            "severity_after": [2.0, 10.0, None, 20.0, None],
            "true_haze": [0.0, 40.0, 50.0, 60.0, 90.0],
            "true_blur": [0.0] * 5,
            "true_rain": [0.0, 0.0, 0.0, 30.0, 0.0],
            "true_noise": [0.0] * 5,
        }
    )
    table = {row["set"]: row for row in quality_table(rows).rows(named=True)}
    assert list(table) == [
        *("clean", "haze", "haze+rain"),
        *("with haze", "with blur", "with rain", "with noise"),
        "all degraded",
    ]
    assert table["haze"]["samples"] == 2
    assert table["haze"]["psnr_after"] == pytest.approx(23.5)
    assert table["haze"]["gain_db"] == pytest.approx(2.5)
    assert table["haze"]["share_worse"] == table["haze"]["share_harmed"] == pytest.approx(0.5)
    assert table["with haze"]["gain_db"] == pytest.approx((6 - 1 + 5) / 3)
    assert table["with rain"]["ssim_after"] == pytest.approx(0.7)
    assert table["with blur"]["samples"] == 0
    assert table["clean"]["gain_db"] == pytest.approx(-10)
    assert table["haze"]["severity_before"] == pytest.approx(45.0)
    assert table["all degraded"]["severity_after"] == pytest.approx(15.0)
    assert table["all degraded"]["samples"] == 3
    assert table["all degraded"]["psnr_before"] == pytest.approx(19.0)
