"""Measures the tone of a photograph: what is clipped, how bright it is, and of which hue."""

from typing import NamedTuple

import cv2

from rr_tasks.photographs.pixels import Bytes

_DARKEST, _BRIGHTEST = 1, 254
_NEUTRAL = 128.0


class Tone(NamedTuple):
    """Shares of pixels, 0-1, that are clipped in any channel, and means in CIELAB.

    `lightness` is L*, 0-100; `green_red` and `blue_yellow` are a* and b*, 0 for grey.
    """

    dark: float
    bright: float
    lightness: float
    green_red: float
    blue_yellow: float


def measure_tone(image: Bytes) -> Tone:
    """Measure the tone of (H, W, 3) sRGB bytes."""
    red, green, blue = cv2.split(image)
    least = cv2.min(cv2.min(red, green), blue)
    most = cv2.max(cv2.max(red, green), blue)
    lightness, green_red, blue_yellow, _ = cv2.mean(cv2.cvtColor(image, cv2.COLOR_RGB2LAB))
    return Tone(
        dark=float((least <= _DARKEST).mean()),
        bright=float((most >= _BRIGHTEST).mean()),
        lightness=lightness / 2.55,
        green_red=green_red - _NEUTRAL,
        blue_yellow=blue_yellow - _NEUTRAL,
    )
