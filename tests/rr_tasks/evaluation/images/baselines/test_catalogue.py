"""Each baseline does what it is known for, on pictures where that is easy to see."""

import cv2
import numpy as np
import pytest

from rr_tasks.degrade.light import CONVENTIONS
from rr_tasks.evaluation.images.baselines.catalogue import BASELINES
from rr_tasks.evaluation.images.baselines.dark_channel import dehaze, smooth_by
from rr_tasks.evaluation.images.baselines.deconvolution import (
    sharpen_by_richardson_lucy,
    sharpen_by_wiener,
)
from rr_tasks.evaluation.images.baselines.nonlocal_means import denoise, estimate_noise
from rr_tasks.evaluation.images.metrics import psnr
from rr_tasks.priors import make_prior
from schemas.prior.blur import BlurParameters
from schemas.prior.current import Haze, HazeParameters, Provenance
from schemas.prior.kernel import Kernel


def to_bytes(values):
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


@pytest.fixture
def scene(photograph):
    return np.ascontiguousarray(photograph[:192, :192])


@pytest.mark.parametrize("sigma", [5.0, 15.0, 30.0])
def test_the_noise_is_estimated_and_removed(scene, sigma):
    smooth = cv2.GaussianBlur(scene, (0, 0), 2)
    noisy = to_bytes(smooth + np.random.default_rng(0).normal(0, sigma, smooth.shape))
    assert estimate_noise(noisy) == pytest.approx(sigma, rel=0.15)
    assert psnr(denoise(noisy), smooth) > psnr(noisy, smooth) + 1


def test_haze_of_the_papers_model_is_removed(scene):
    clear = scene.copy()
    clear[::6, ::6] = 0  # every patch of an outdoor photograph holds something dark
    depth = np.linspace(0.2, 1.0, len(clear))[:, None, None]
    transmission = np.exp(-depth)
    hazy = to_bytes(clear * transmission + 230 * (1 - transmission))
    assert psnr(dehaze(hazy), clear) > psnr(hazy, clear) + 4


def test_the_guided_filter_follows_the_edges_of_its_guide():
    guide = np.zeros((200, 200), np.float32)
    guide[:, 100:] = 1.0
    rough = guide + np.random.default_rng(0).normal(0, 0.1, guide.shape).astype(np.float32)
    smooth = smooth_by(guide, rough)
    assert np.abs(smooth - guide).max() < 0.05


@pytest.mark.parametrize("light", ["linear", "coded"])
@pytest.mark.parametrize("sharpen", [sharpen_by_wiener, sharpen_by_richardson_lucy])
def test_a_known_blur_is_undone_in_the_values_that_were_blurred(scene, light, sharpen):
    weights = np.zeros((9, 9))
    weights[4, :] = 1 / 9
    rows = tuple(map(tuple, weights))
    blur = BlurParameters(
        kind="motion",
        extent_px=9.0,
        angle_deg=0.0,
        light=light,
        kernel=Kernel(rows=rows, cell_px=1.0),
    )
    convention = CONVENTIONS[light]
    values = cv2.filter2D(convention.read(scene), -1, weights, borderType=cv2.BORDER_REFLECT_101)
    blurred = convention.write(values)
    assert psnr(sharpen(blurred, blur), scene) > psnr(blurred, scene) + 1


def test_baselines_leave_alone_what_they_are_not_for(scene):
    haze = Haze(
        present=True,
        severity=50.0,
        parameters=HazeParameters(atmospheric_light=(0.8, 0.8, 0.8), transmission=0.6, beta=1.0),
    )
    truth = make_prior(scene, {"haze": haze}, Provenance(source="synthesis", author="test"))
    applied = [name for name, baseline in BASELINES.items() if baseline(scene, truth) is not None]
    assert applied == ["dark channel"]
