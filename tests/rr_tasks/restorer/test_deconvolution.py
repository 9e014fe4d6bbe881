import cv2
import numpy as np
import pytest

from rr_tasks.degrade.convolution import spread
from rr_tasks.degrade.kernels import disc_kernel, gaussian_kernel, motion_kernel
from rr_tasks.degrade.light import CONVENTIONS
from rr_tasks.degrade.point_spread import draw_kernel
from rr_tasks.evaluation.images.metrics import psnr
from rr_tasks.restorer.deconvolution import Deconvolution, draw_point_spread
from schemas.prior.blur import BlurKind, BlurParameters
from schemas.prior.kernel import Kernel
from schemas.prior.light import Light

DRAWN = {
    "motion": lambda extent, angle: motion_kernel(extent, angle, 0.3),
    "defocus": lambda extent, _: disc_kernel(extent),
    "gaussian": lambda extent, angle: gaussian_kernel(extent, angle, 0.5),
}


def blurred(
    clean: np.ndarray, kind: BlurKind, light: Light = "linear", extent: float = 5.0
) -> tuple[np.ndarray, BlurParameters]:
    convention, angle = CONVENTIONS[light], 0.0 if kind == "defocus" else 20.0
    weights = DRAWN[kind](extent, angle)
    blur = BlurParameters(
        kind=kind, extent_px=extent, angle_deg=angle, light=light, kernel=draw_kernel(weights)
    )
    return convention.write(spread(convention.read(clean), weights)), blur


def sharpened(image: np.ndarray, blur: BlurParameters, noise: float) -> np.ndarray:
    sharpen = Deconvolution(blur, noise)
    return sharpen.convention.write(sharpen(image))


@pytest.mark.parametrize("light", ["linear", "coded"])
@pytest.mark.parametrize("kind", DRAWN)
def test_a_known_blur_is_undone(photograph: np.ndarray, kind: BlurKind, light: Light) -> None:
    image, blur = blurred(photograph, kind, light)
    gain = psnr(sharpened(image, blur, 0.0), photograph) - psnr(image, photograph)
    assert gain > 2.0


@pytest.mark.parametrize("kind", DRAWN)
def test_a_blur_without_a_kernel_is_drawn(photograph: np.ndarray, kind: BlurKind) -> None:
    image, blur = blurred(photograph, kind)
    sharp = sharpened(image, blur.without_maps(), 0.0)
    assert psnr(sharp, photograph) > psnr(image, photograph) + 1.0


def test_noise_is_not_sharpened(photograph: np.ndarray) -> None:
    _, blur = blurred(photograph, "defocus")
    grain = np.random.default_rng(0).normal(128, 8, (96, 96, 3)).astype(np.uint8)
    told, untold = (sharpened(grain, blur, level).std() for level in (0.05, 0.0))
    assert told < untold / 2


def test_a_kernel_in_wide_cells_undoes_a_wide_blur(photograph: np.ndarray) -> None:
    wide = cv2.resize(photograph, None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC)
    image, blur = blurred(wide, "motion", extent=40.0)
    assert blur.kernel
    assert blur.kernel.cell_px > 1
    assert psnr(sharpened(image, blur, 0.0), wide) > psnr(image, wide) + 2.0


def test_a_kernel_in_wide_cells_spreads_as_far_in_pixels() -> None:
    rows = ((0.0, 0.0, 0.0), (0.5, 0.0, 0.5), (0.0, 0.0, 0.0))
    kernel = Kernel(rows=rows, cell_px=2.5)
    drawn = draw_point_spread(
        BlurParameters(kind="motion", extent_px=5.0, angle_deg=0.0, kernel=kernel)
    )
    across = np.arange(len(drawn)) - len(drawn) // 2
    assert drawn.sum() == pytest.approx(1.0)
    assert (drawn.sum(axis=0) * across).sum() == pytest.approx(0.0, abs=1e-6)
    assert np.sqrt((drawn.sum(axis=0) * across**2).sum()) == pytest.approx(2.5, abs=0.6)
    assert np.sqrt((drawn.sum(axis=1) * across**2).sum()) < 2.5 / 2


def test_flat_areas_keep_their_tone(photograph: np.ndarray) -> None:
    _, blur = blurred(photograph, "motion")
    flat = np.full((90, 70, 3), (20, 128, 240), np.uint8)
    assert np.abs(sharpened(flat, blur, 0.1).astype(int) - flat).max() <= 1
