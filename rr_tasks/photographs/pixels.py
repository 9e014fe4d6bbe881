"""The pixels of a photograph, as every stage sees them."""

from math import sqrt
from typing import Any

import cv2
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


def shrink_to(image: Bytes, most_pixels: int) -> Bytes:
    """Shrink a photograph to at most so many pixels, 1 or more; a smaller one stays as it is."""
    height, width = image.shape[:2]
    if height * width <= most_pixels:
        return image
    scale = sqrt(most_pixels / (height * width))
    size = max(1, int(width * scale)), max(1, int(height * scale))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
