"""Tells whether a photograph shows enough for its diagnosis to be more than a guess.

Haze, blur and noise are read from what they do to the scene. On a blank page, a grey card or a
clear sky there is no scene, and fog of the same colour would look the same.

What a scene shows persists when neighbouring pixels are averaged, and continues from one average to
the next. Noise, grain and dust do neither, and the light of a lamp, a vignette or a sky is smooth.
So the luma at the reasoner's working size is averaged in cells. In squares of cells that overlap by
half, a quadratic surface, fitted by least squares, is subtracted. The mean product of neighbouring
cells in what is left is the variance of the scene, because the errors of two neighbours are
independent and cancel. The squares with the most structure are left out, and so is the margin, for
the sake of hairs, and of the edges of scanners and pages.
"""

import cv2
import numpy as np
import numpy.typing as npt

from rr_tasks.photographs.pixels import Pixels, to_8_bits
from rr_tasks.reasoner.views import VIEW_SIDE, shrink_to_working_size

Floats = npt.NDArray[np.float32]

NEEDED_STRUCTURE = 0.6
"""Standard deviation of the scene, in 8-bit codes, below which a diagnosis is a guess."""

TOO_SMALL = f"too small to diagnose: its short side has fewer than {VIEW_SIDE} pixels"
TOO_LITTLE_DETAIL = "too little detail to diagnose"

_CELLS = 32
"""Along the short side."""
_MARGIN = 2
_SQUARE = 8
_LEFT_OUT = 0.1


def explain_guess(pixels: Pixels) -> str | None:
    """Say why a diagnosis of a photograph would be a guess, or None if it is not.

    Args:
        pixels: (H, W, 3), sRGB-coded, 8 or 16 bits, of any size.
    """
    if min(pixels.shape[:2]) < VIEW_SIDE:
        return TOO_SMALL
    return TOO_LITTLE_DETAIL if measure_structure(pixels) < NEEDED_STRUCTURE else None


def measure_structure(pixels: Pixels) -> float:
    """Measure how much of a scene a photograph shows, whatever its noise and its light.

    Args:
        pixels: (H, W, 3), sRGB-coded, 8 or 16 bits; the short side has at least 32 pixels.

    Returns:
        The standard deviation of the scene's luma between cells, in 8-bit codes, 0 or more.
    """
    squares = _flatten(_cut_squares(_average_cells(pixels)))
    across = (squares[:, :, 1:] * squares[:, :, :-1]).mean(axis=(1, 2))
    down = (squares[:, 1:] * squares[:, :-1]).mean(axis=(1, 2))
    variances = np.sort((across + down) / 2)
    counted = variances[: max(1, int(len(variances) * (1 - _LEFT_OUT)))]
    return float(np.sqrt(max(0.0, counted.mean())))


def _average_cells(pixels: Pixels) -> Floats:
    working, _ = shrink_to_working_size(to_8_bits(pixels))
    luma = cv2.cvtColor(working, cv2.COLOR_RGB2GRAY).astype(np.float32)
    side = min(luma.shape) // _CELLS
    rows, columns = (length // side for length in luma.shape)
    whole = luma[: rows * side, : columns * side]
    cells = cv2.resize(whole, (columns, rows), interpolation=cv2.INTER_AREA)
    return np.asarray(cells[_MARGIN:-_MARGIN, _MARGIN:-_MARGIN], np.float32)


def _cut_squares(cells: Floats) -> Floats:
    squares = np.lib.stride_tricks.sliding_window_view(cells, (_SQUARE, _SQUARE))
    overlapping = squares[:: _SQUARE // 2, :: _SQUARE // 2]
    return np.asarray(overlapping.reshape(-1, _SQUARE, _SQUARE), np.float32)


def _flatten(squares: Floats) -> Floats:
    """Subtract from each square the quadratic surface that fits it best."""
    y, x = (np.mgrid[:_SQUARE, :_SQUARE] - (_SQUARE - 1) / 2).reshape(2, -1)
    surfaces, _ = np.linalg.qr(np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=1))
    values = squares.reshape(len(squares), -1)
    flat = values - values @ surfaces @ surfaces.T
    return np.asarray(flat.reshape(squares.shape), np.float32)
