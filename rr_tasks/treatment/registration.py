"""Measures whether a restoration still shows everything where its photograph shows it.

Image editing models may zoom and shift by a few pixels, which a comparison of structure hardly
sees. Both pictures are compared in windows by phase correlation (Kuglin and Hines 1975), which
ignores contrast and brightness and finds shifts of a fraction of a pixel.
"""

import cv2
import numpy as np
import numpy.typing as npt

from rr_tasks.photographs.pixels import Bytes

_WINDOWS = 3
"""Along each side."""
_SMOOTHING = 1.5
"""Standard deviation, in pixels, of the gaussian that removes noise."""
_CLEAR = 0.2
"""Response of phase correlation from which a shift is believed, 0-1."""
_ENOUGH = 3
"""Windows that have to be believed."""


def measure_shift(before: Bytes, after: Bytes) -> float:
    """Return by how much parts of a photograph moved, as a share of its short side.

    0 if too little is shown to tell.

    Args:
        before: the photograph at working size, (H, W, 3).
        after: its restoration, of the same shape.
    """
    seen, shown = _smooth(before), _smooth(after)
    height, width = (length // _WINDOWS for length in seen.shape)
    if min(height, width) < 16:
        return 0.0
    window = cv2.createHanningWindow((width, height), cv2.CV_32F)
    moves = []
    for top in range(0, _WINDOWS * height, height):
        for left in range(0, _WINDOWS * width, width):
            area = (slice(top, top + height), slice(left, left + width))
            (right, down), response = cv2.phaseCorrelate(
                _without_mean(seen[area]), _without_mean(shown[area]), window
            )
            if response >= _CLEAR:
                moves.append(float(np.hypot(right, down)))
    if len(moves) < _ENOUGH:
        return 0.0
    return float(np.median(moves) / min(seen.shape))


def _without_mean(values: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Subtract the mean, which the window would turn into a shape that never moves."""
    return np.asarray(values - values.mean(), np.float32)


def _smooth(image: Bytes) -> npt.NDArray[np.float32]:
    luma = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.float32)
    return np.asarray(cv2.GaussianBlur(luma, (0, 0), _SMOOTHING), np.float32)
