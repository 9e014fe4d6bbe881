import cv2
import numpy as np
import pytest

from rr_tasks.degrade.convolution import spread
from rr_tasks.degrade.kernels import disc_kernel, gaussian_kernel, motion_kernel
from rr_tasks.degrade.light import CONVENTIONS
from rr_tasks.degrade.point_spread import draw_kernel
from rr_tasks.evaluation.images.metrics import psnr
from rr_tasks.restorer.deconvolution import Deconvolution
from rr_tasks.restorer.sharpening import Sharpening
from schemas.prior.blur import BlurKind, BlurParameters

LIGHT = CONVENTIONS["linear"]
SPREADS = {
    "motion": (motion_kernel(80.0, 20.0, 0.3), 80.0),
    "defocus": (disc_kernel(36.0), 36.0),
}


@pytest.fixture
def wide(photograph: np.ndarray) -> np.ndarray:
    return cv2.resize(photograph, None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC)


def blurred(wide: np.ndarray, kind: BlurKind) -> tuple[np.ndarray, BlurParameters]:
    weights, extent = SPREADS[kind]
    blur = BlurParameters(kind=kind, extent_px=extent, angle_deg=20.0, kernel=draw_kernel(weights))
    return LIGHT.write(spread(LIGHT.read(wide), weights)), blur


def whole(image: np.ndarray, blur: BlurParameters) -> np.ndarray:
    return LIGHT.write(Sharpening(image, blur, 0.0)(image, 0, 0))


@pytest.mark.parametrize("kind", SPREADS)
def test_a_kernel_in_wide_cells_is_not_softened(wide: np.ndarray, kind: BlurKind) -> None:
    image, blur = blurred(wide, kind)
    at_full_size = LIGHT.write(Deconvolution(blur, 0.0)(image))
    sharp = psnr(whole(image, blur), wide)
    assert sharp > psnr(image, wide) + 1.5
    assert sharp > psnr(at_full_size, wide) - 0.2


def test_a_wide_blur_without_a_kernel_is_undone(wide: np.ndarray) -> None:
    weights = gaussian_kernel(70.0, 0.0, 0.7)
    image = LIGHT.write(spread(LIGHT.read(wide), weights))
    blur = BlurParameters(kind="gaussian", extent_px=70.0, angle_deg=0.0)
    assert psnr(whole(image, blur), wide) > psnr(image, wide) + 1.0


def test_parts_agree_with_the_whole(wide: np.ndarray) -> None:
    image, blur = blurred(wide, "motion")
    sharpening = Sharpening(image, blur, 0.02)
    everything = sharpening(image, 0, 0)
    height, width = image.shape[:2]
    for area in (np.s_[37:301, 11:500], np.s_[height - 1 :, width - 3 :], np.s_[:1, 200:]):
        top, left = (span.start or 0 for span in area)
        assert np.abs(sharpening(image[area], top, left) - everything[area]).max() < 1e-4


def test_a_photograph_smaller_than_a_cell_is_sharpened(wide: np.ndarray) -> None:
    _, blur = blurred(wide, "motion")
    assert whole(wide[:1, :2], blur).shape == (1, 2, 3)
