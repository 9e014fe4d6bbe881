import cv2
import numpy as np
import pytest

from rr_tasks.degrade.kernels import disc_kernel, motion_kernel
from rr_tasks.reasoner.cepstrum import LARGEST_LAG, SHAPE, read_cepstra


def windows(kernel: np.ndarray | None = None) -> np.ndarray:
    """Windows of blurred random texture, (9, 128, 128, 3)."""
    chance = np.random.default_rng(0)
    seen = []
    for _ in range(9):
        light = chance.normal(0, 60, (192, 192))
        if kernel is not None:
            light = cv2.filter2D(
                light, -1, kernel.astype(np.float64), borderType=cv2.BORDER_REFLECT
            )
            light *= 40 / light.std()
        seen.append(np.clip(light[32:160, 32:160] + 128, 0, 255))
    return np.repeat(np.stack(seen)[..., None], 3, -1).astype(np.uint8)


def cepstrum(seen: np.ndarray) -> np.ndarray:
    return read_cepstra(seen).everywhere


def at(lags: np.ndarray, down: int, right: int) -> float:
    return float(lags[down + LARGEST_LAG, right])


@pytest.mark.parametrize("length", [7, 12, 18])
@pytest.mark.parametrize("angle", [0.0, 90.0])
def test_a_motion_leaves_a_trough_at_its_length_along_itself(length: int, angle: float) -> None:
    lags = cepstrum(windows(motion_kernel(length, angle)))
    along = [at(lags, 0, lag) if angle == 0 else at(lags, lag, 0) for lag in range(5, 25)]
    across = [at(lags, lag, 0) if angle == 0 else at(lags, 0, lag) for lag in range(5, 25)]
    assert abs(int(np.argmin(along)) + 5 - length) <= 1
    assert min(along) < 3 * min(across) < 0


def test_a_defocus_leaves_a_ring() -> None:
    lags = cepstrum(windows(disc_kernel(14.0)))
    for line in ([at(lags, 0, lag) for lag in range(8, 20)], lags[LARGEST_LAG + 8 :][:12, 0]):
        assert 11 <= int(np.argmin(line)) + 8 <= 14


def test_mirroring_turns_the_rows_around() -> None:
    seen = windows(motion_kernel(11, 30.0))
    lags = cepstrum(seen)
    assert lags.shape == SHAPE
    for axis in (1, 2):
        mirrored = cepstrum(np.ascontiguousarray(np.flip(seen, axis)))
        assert mirrored == pytest.approx(lags[::-1], abs=2e-3)
        assert mirrored != pytest.approx(lags, abs=2e-3)


@pytest.mark.parametrize("level", [0, 255])
def test_an_empty_photograph_has_a_cepstrum_of_zeros(level: int) -> None:
    assert not cepstrum(np.full((2, 128, 128, 3), level, np.uint8)).any()


def test_the_sharpest_windows_tell_a_shallow_depth_of_field_from_a_blur() -> None:
    sharp, soft = windows(), windows(disc_kernel(14.0))
    seen = np.concatenate([soft[:6], sharp[:2]])
    cepstra = read_cepstra(seen)
    assert cepstra.sharpest in {6, 7}
    assert cepstra.sharp == pytest.approx(cepstrum(sharp[:2]), abs=1e-5)
    assert cepstra.everywhere == pytest.approx(
        0.75 * cepstrum(soft[:6]) + 0.25 * cepstrum(sharp[:2]), abs=1e-4
    )
