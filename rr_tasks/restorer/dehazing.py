"""Haze undone by physics: J = (I - A) / max(t, 0.1) + A, with a transmission that follows edges.

The prior tells the transmission t coarsely, or only its mean; then its shape is guessed from the
dark channel (He, Sun and Tang 2009: somewhere near every pixel, some channel of a clear photograph
is dark). A fast guided filter (He and Sun 2015) fits t = a I + b to it at low resolution, over the
whole photograph. Coefficients a and b are enlarged for each part, so that parts agree.
"""

import cv2
import numpy as np

from rr_tasks.degrade.color import Values, blend, to_coded
from rr_tasks.degrade.light import CONVENTIONS
from rr_tasks.degrade.transmission import draw_map, fade_map
from rr_tasks.photographs.pixels import Bytes, Pixels
from rr_tasks.restorer.cells import Field, weigh_cells
from schemas.prior.haze import HazeParameters
from schemas.prior.transmission_map import TransmissionMap

_SIDE = 64
"""Cells along each side of the low resolution; more of them follow edges no better."""
_WINDOW = 2 * (_SIDE // 16) + 1
_EDGE_SOFTNESS = 1e-3
_LEAST_TRANSMISSION = 0.1
_DARK_WINDOW = 5
_DARKEST = 0.95
"""Share of the airlight that is taken away: a little haze makes distance look right."""


class Dehazing:
    """Removes one haze from any part of a photograph.

    Args:
        photograph: (H, W, 3), all of it.
        haze: its parameters.

    Attributes:
        convention: in which light the haze is removed.
    """

    def __init__(self, photograph: Pixels, haze: HazeParameters) -> None:
        self._size = photograph.shape[:2]
        self.convention = CONVENTIONS[haze.light]
        self._airlight = self.convention.of_code(np.array(haze.atmospheric_light))
        small = _shrink(photograph)
        given = haze.transmission_map or self._guess_map(small, haze)
        self._slope, self._offset = _fit_to_edges(_grey(small), given)

    def __call__(self, part: Bytes, values: Values, top: int, left: int) -> tuple[Bytes, Bytes]:
        """Return a part, (h, w, 3), without haze, and its transmission, (h, w), 255 for 1.

        Args:
            part: (h, w, 3) bytes of the photograph, whose edges the transmission follows.
            values: what to remove the haze from, in its light: those of the part, or without blur.
            top: its first row.
            left: its first column.
        """
        rows, columns = (
            weigh_cells(first, count, length, _SIDE)
            for first, count, length in zip((top, left), part.shape[:2], self._size, strict=True)
        )
        slope, offset = (rows @ cells @ columns.T for cells in (self._slope, self._offset))
        transmission = np.clip(slope * _grey(part) + offset, 0.0, 1.0)
        gain = np.asarray(1 / np.maximum(transmission, _LEAST_TRANSMISSION), np.float32)
        clear = blend(values, self._airlight, gain)
        return self.convention.write(clear), np.rint(255 * transmission).astype(np.uint8)

    def _guess_map(self, small: Bytes, haze: HazeParameters) -> TransmissionMap:
        airlight = np.maximum(self._airlight, 1e-3).astype(np.float32)
        relative = self.convention.read(small) / airlight
        window = np.ones((_DARK_WINDOW, _DARK_WINDOW), np.uint8)
        dark = cv2.erode(relative.min(2), window)
        _, guessed = fade_map(draw_map(1 - _DARKEST * np.clip(dark, 0.0, 1.0)), haze.transmission)
        return guessed


def _shrink(photograph: Pixels) -> Bytes:
    small = cv2.resize(photograph, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
    return np.asarray(np.rint(small * (255 / np.iinfo(photograph.dtype).max)), np.uint8)


def _fit_to_edges(grey: Field, given: TransmissionMap) -> tuple[Field, Field]:
    """Fit slope and offset, (`_SIDE`, `_SIDE`), of a transmission as a function of grey values."""
    rows = np.array(given.rows, np.float32)
    enlarge = weigh_cells(0, _SIDE, _SIDE, len(rows))
    target = np.asarray(enlarge @ rows @ enlarge.T, np.float32)
    grey_mean, target_mean = _mean(grey), _mean(target)
    covariance = _mean(grey * target) - grey_mean * target_mean
    variance = _mean(grey * grey) - grey_mean**2
    slope = np.divide(covariance, variance + _EDGE_SOFTNESS, dtype=np.float32)
    return _mean(slope), _mean(target_mean - slope * grey_mean)


def _mean(field: Field) -> Field:
    mean = cv2.blur(field, (_WINDOW, _WINDOW), borderType=cv2.BORDER_REFLECT)
    return np.asarray(mean, np.float32)


def _grey(image: Bytes) -> Field:
    return np.asarray(to_coded(image).mean(2), np.float32)
