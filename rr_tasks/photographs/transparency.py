"""Colours that nobody sees, because the photograph is fully transparent there."""

import cv2
import numpy as np
import numpy.typing as npt

from rr_tasks.photographs.pixels import Pixels

_LONG_SIDE = 1024
_LEAST_SHARE = 0.25

Floats = npt.NDArray[np.float32]


def fill_hidden(pixels: Pixels, hidden: npt.NDArray[np.bool_]) -> Pixels:
    """Replace hidden colours by smooth continuations of the visible ones.

    So they decide nothing, and none of them bleeds across the edge of a cut-out when the
    photograph is restored. Missing colours are filled in from ever smaller versions of the
    photograph (push-pull, Gortler et al., The Lumigraph, 1996).

    Args:
        pixels: (H, W, 3).
        hidden: (H, W), where nothing is visible.

    Returns:
        (H, W, 3), the visible pixels unchanged; black where nothing is visible anywhere.
    """
    if not hidden.any():
        return pixels
    height, width = hidden.shape
    scale = min(1.0, _LONG_SIDE / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    shown = pixels.copy()
    shown[hidden] = 0
    colours = cv2.resize(shown, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    shares = cv2.resize((~hidden).astype(np.float32), size, interpolation=cv2.INTER_AREA)
    shares[shares < _LEAST_SHARE] = 0.0  # the colours, rounded to whole codes, are too coarse there
    colours[shares == 0.0] = 0.0
    smooth = np.rint(_spread(colours, shares)).astype(pixels.dtype)
    around = cv2.resize(smooth, (width, height), interpolation=cv2.INTER_LINEAR)
    shown[hidden] = around[hidden]
    return shown


def _spread(colours: Floats, shares: Floats) -> Floats:
    """Fill in cells of which nothing is visible.

    Args:
        colours: (h, w, 3), times `shares`.
        shares: (h, w), the visible share of each cell, 0-1.
    """
    known = colours / np.maximum(shares, 1e-6)[..., None]
    if shares.all() or shares.size == 1:
        return np.asarray(known, np.float32)
    height, width = shares.shape
    half = ((width + 1) // 2, (height + 1) // 2)
    coarse = _spread(
        cv2.resize(colours, half, interpolation=cv2.INTER_AREA),
        cv2.resize(shares, half, interpolation=cv2.INTER_AREA),
    )
    around = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.where(shares[..., None] > 0.0, known, around).astype(np.float32)
