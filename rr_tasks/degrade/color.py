"""sRGB bytes to linear light and back (IEC 61966-2-1)."""

import cv2
import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
Linear = npt.NDArray[np.float32]

_CODES = 4096


def decode(value: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """sRGB-coded 0-1 to linear 0-1."""
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def encode(value: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Linear 0-1 to sRGB-coded 0-1."""
    return np.where(value <= 0.0031308, value * 12.92, 1.055 * value ** (1 / 2.4) - 0.055)


_TO_LINEAR = decode(np.arange(256) / 255).astype(np.float32)
# Indexed by the square root of the intensity, which spends the codes where sRGB needs them.
_TO_BYTES = np.rint(255 * encode((np.arange(_CODES) / (_CODES - 1)) ** 2)).astype(np.uint8)


def to_linear(image: Bytes) -> Linear:
    """(H, W, 3) sRGB bytes to linear light, 0-1."""
    return np.asarray(cv2.LUT(image, _TO_LINEAR), dtype=np.float32)


def to_bytes(image: Linear) -> Bytes:
    """Linear light to sRGB bytes; values outside 0-1 are clipped as a sensor does."""
    codes = np.sqrt(np.clip(image, 0.0, 1.0)) * np.float32(_CODES - 1) + np.float32(0.5)
    return _TO_BYTES[codes.astype(np.uint16)]
