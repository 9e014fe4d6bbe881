"""Converts sRGB bytes to linear light or coded values and back (IEC 61966-2-1)."""

import cv2
import numpy as np
import numpy.typing as npt

from rr_tasks.degrade.strips import strips
from rr_tasks.photographs.pixels import Bytes

Values = npt.NDArray[np.float32]
"""An image in linear light or in coded values, 0-1."""

Linear = Values
"""An image in linear light."""

_CODES = 4096


def decode(value: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Convert sRGB-coded values, 0-1, to linear ones, 0-1."""
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def encode(value: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Convert linear values, 0-1, to sRGB-coded ones, 0-1."""
    return np.where(value <= 0.0031308, value * 12.92, 1.055 * value ** (1 / 2.4) - 0.055)


_TO_LINEAR = decode(np.arange(256) / 255).astype(np.float32)
_TO_CODED = (np.arange(256) / 255).astype(np.float32)
# Indexed by the square root of the intensity, which spends the codes where sRGB needs them.
_TO_BYTES = np.zeros(1 << 16, np.uint8)
_TO_BYTES[:_CODES] = np.rint(255 * encode((np.arange(_CODES) / (_CODES - 1)) ** 2))


def to_linear(image: Bytes) -> Linear:
    """Convert (H, W, 3) sRGB bytes to linear light, 0-1."""
    return np.asarray(cv2.LUT(image, _TO_LINEAR), dtype=np.float32)


def to_coded(image: Bytes) -> Values:
    """Convert (H, W, 3) sRGB bytes to coded values, 0-1."""
    return np.asarray(cv2.LUT(image, _TO_CODED), dtype=np.float32)


def coded_to_bytes(image: Values) -> Bytes:
    """Convert coded values to sRGB bytes; values outside 0-1 are clipped."""
    return np.asarray(cv2.multiply(image, 255.0, dtype=cv2.CV_8U), dtype=np.uint8)


def blend(image: Values, colour: npt.NDArray[np.float64], share: Values) -> Values:
    """Mix an image with one colour: image * share + colour * (1 - share).

    Args:
        image: (H, W, 3).
        colour: (3,), in values of the same light.
        share: (H, W), of the image; more than 1 takes the colour away.
    """
    height, width = share.shape
    shift = np.tile(colour.astype(np.float32), width)
    mixed = np.empty((height, 3 * width), np.float32)
    rows = image.reshape(mixed.shape)
    for strip in strips(mixed.shape):
        part = mixed[strip]
        np.subtract(rows[strip], shift, out=part)
        part *= cv2.merge([share[strip]] * 3).reshape(part.shape)
        part += shift
    return mixed.reshape(image.shape)


def to_bytes(image: Linear) -> Bytes:
    """Convert linear light to sRGB bytes; values outside 0-1 are clipped, as by a sensor."""
    coded = np.empty(image.shape, np.uint8)
    for strip in strips(image.shape):
        codes = np.clip(image[strip], 0.0, 1.0)
        cv2.sqrt(codes, dst=codes)  # twice as fast as NumPy's
        codes *= np.float32(_CODES - 1)
        codes += np.float32(0.5)
        cv2.LUT(codes.astype(np.uint16), _TO_BYTES, dst=coded[strip])
    return coded
