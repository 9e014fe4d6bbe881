"""The pixels of a photograph, as every stage sees them."""

from typing import Any

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
"""(H, W, 3) sRGB-coded samples, 0-255."""

Pixels = npt.NDArray[np.uint8] | npt.NDArray[np.uint16]
"""(H, W, 3) sRGB-coded samples over the full range of their type."""

Samples = npt.NDArray[Any]
"""(H, W, C) samples of 8 or 16 bits, in the colours of a file."""


def to_8_bits(pixels: Pixels) -> Bytes:
    """Convert samples of 8 or 16 bits to 8 bits."""
    if pixels.dtype == np.uint16:
        return (pixels >> 8).astype(np.uint8)
    return pixels.astype(np.uint8, copy=False)
