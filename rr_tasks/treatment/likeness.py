"""Measures whether a restoration still shows the scene of its photograph.

Restoring changes contrast (haze), removes what neighbouring pixels do not share (noise, streaks)
and sharpens. It must not move, invent or invert what is seen. So the luma at the reasoner's working
size is averaged in cells, in which noise and fine detail vanish, and a band of it is compared in
windows by correlation, which ignores contrast and brightness. This is the structure term of SSIM
(Wang et al. 2004), as the structural fidelity of TMQI uses it for tone-mapped pictures (Yeganeh and
Wang 2013). Windows count by how much the photograph shows in them.
"""

import cv2
import numpy as np
import numpy.typing as npt

from rr_tasks.photographs.pixels import Bytes

Floats = npt.NDArray[np.float32]

_CELL_PX = 4
_FINE, _COARSE = 1.0, 4.0
"""Standard deviations of the two gaussians whose difference is the band, in cells."""
_WINDOW = 15
_NOTHING = 1e-3
"""Variance, in squared codes, that stands for none."""


def measure_likeness(before: Bytes, after: Bytes) -> float:
    """Return the mean correlation of structure, -1 to 1; 1 if nothing is shown that could change.

    Args:
        before: the photograph at working size, (H, W, 3).
        after: its restoration, of the same shape.
    """
    seen, shown = _band(before), _band(after)
    there, here, shared = (_mean(product) for product in (seen**2, shown**2, seen * shown))
    weight = float(there.sum(dtype=np.float64))
    if weight <= _NOTHING * there.size:
        return 1.0
    likeness = shared / np.sqrt(there * here + _NOTHING**2)
    return float((likeness * there).sum(dtype=np.float64) / weight)


def _band(image: Bytes) -> Floats:
    luma = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.float32)
    height, width = (max(1, length // _CELL_PX) for length in luma.shape)
    cells = cv2.resize(luma, (width, height), interpolation=cv2.INTER_AREA)
    fine, coarse = (cv2.GaussianBlur(cells, (0, 0), deviation) for deviation in (_FINE, _COARSE))
    return np.asarray(fine - coarse, np.float32)


def _mean(values: Floats) -> Floats:
    return np.asarray(cv2.boxFilter(values, -1, (_WINDOW, _WINDOW)), np.float32)
