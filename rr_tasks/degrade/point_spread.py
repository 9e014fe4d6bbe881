"""The point spread of a blur, as the small kernel that a prior holds."""

import cv2
import numpy as np
import numpy.typing as npt

from rr_tasks.degrade.kernels import Kernel as Weights
from schemas.prior.kernel import KERNEL_SIDE, Kernel


def draw_kernel(weights: Weights) -> Kernel:
    """Return what a bright point becomes when `rr_tasks.degrade.convolution.spread` is applied.

    A kernel that is too large for a prior is summed up in wider cells.

    Args:
        weights: the kernel of that correlation, which the point shows turned by 180 degrees.
    """
    side = len(weights)
    cells = np.asarray(weights[::-1, ::-1], np.float64)
    if side > KERNEL_SIDE:
        cells = cv2.resize(cells, (KERNEL_SIDE, KERNEL_SIDE), interpolation=cv2.INTER_AREA)
    return _as_kernel(cells, max(1.0, side / KERNEL_SIDE))


def stretch_kernel(kernel: Kernel, factor: float) -> Kernel:
    """Return the kernel of a blur that is `factor` times as wide."""
    return kernel.model_copy(update={"cell_px": factor * kernel.cell_px})


def dilute_kernel(kernel: Kernel, share: float) -> Kernel:
    """Return the kernel after a blend of the blurred photograph (`share`) with the sharp one."""
    cells = share * np.array(kernel.rows)
    middle = len(cells) // 2
    cells[middle, middle] += 1 - share
    return _as_kernel(cells, kernel.cell_px)


def _as_kernel(cells: npt.NDArray[np.float64], cell_px: float) -> Kernel:
    positive = np.maximum(cells, 0.0)
    return Kernel(rows=tuple(map(tuple, (positive / positive.sum()).tolist())), cell_px=cell_px)
