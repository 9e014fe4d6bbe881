"""Kernels of blur as the edge reasoner reads them: centred, in pixels of the working size."""

import math

import numpy as np
import numpy.typing as npt

from rr_tasks.reasoner.grid import interpolate
from schemas.prior.kernel import Kernel

Floats = npt.NDArray[np.float32]

KERNEL_SIDE = 25
"""Pixels of the working size; the longest blur of severity 100 is 21."""

_FAINT = 0.02  # of the largest weight; what is fainter is more often wrong than right
_LEAST_SIDE = 3


def to_working_size(kernel: Kernel, scale: float) -> Floats:
    """Resample a kernel to pixels of the working size, with its centroid in the middle.

    Where a photograph lies cannot be told from its blur, so a shift of the kernel means nothing.

    Args:
        kernel: that of the photograph.
        scale: pixels of the working size in one of the photograph.

    Returns:
        (`KERNEL_SIDE`, `KERNEL_SIDE`), which adds up to 1; what lies outside is lost.
    """
    weights, cell = np.asarray(kernel.rows), kernel.cell_px * scale
    parts = max(1, math.ceil(cell))  # no pixel between two cells may go without
    weights = np.kron(weights, np.ones((parts, parts)))
    weights /= weights.sum()
    places = (np.arange(len(weights)) - (len(weights) - 1) / 2) * cell / parts
    down, right = (
        interpolate(places - along @ places + KERNEL_SIDE // 2, KERNEL_SIDE)
        for along in (weights.sum(1), weights.sum(0))
    )
    resampled = down.T @ weights @ right
    return np.asarray(resampled / resampled.sum(), np.float32)


def from_working_size(weights: Floats, scale: float) -> Kernel:
    """Turn weights, (`KERNEL_SIDE`, `KERNEL_SIDE`), into the kernel of a photograph.

    Weights that are faint beside the largest one are left out, and so is an empty margin.
    """
    clear = np.where(weights < _FAINT * weights.max(), 0.0, weights)
    rows, columns = np.nonzero(clear)
    middle = len(clear) // 2
    reach = max(_LEAST_SIDE // 2, int(np.abs(np.concatenate([rows, columns]) - middle).max()))
    inside = slice(middle - reach, middle + reach + 1)
    cut = clear[inside, inside] / clear.sum()
    return Kernel(rows=tuple(map(tuple, cut.tolist())), cell_px=1 / scale)
