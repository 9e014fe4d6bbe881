"""The luma on which parts of the field report their figures."""

import numpy as np
import numpy.typing as npt

from rr_tasks.photographs.pixels import Bytes

_WEIGHTS = np.array([65.481, 128.553, 24.966]) / 255
_BLACK = 16.0


def to_y(image: Bytes) -> npt.NDArray[np.float32]:
    """Return Y of BT.601 for (H, W, 3) sRGB bytes, 16 to 235, as MATLAB's `rgb2ycbcr` does."""
    return np.asarray(image @ _WEIGHTS + _BLACK, np.float32)
