"""Describes a scene from its pixels alone: light, colour, layout and texture, but no objects."""

import cv2
import numpy as np
import numpy.typing as npt

from schemas.prior.current import Scene

_HUES = ("red", "orange", "yellow", "green", "cyan", "blue", "violet", "magenta")
_HUE_ENDS = (10, 22, 34, 80, 100, 130, 150, 170)
_WORKING_SIDE = 64


def describe(image: npt.NDArray[np.uint8]) -> Scene:
    """Describe a photograph, (H, W, 3) sRGB bytes, in one sentence."""
    height, width = image.shape[:2]
    small = cv2.resize(image, (_WORKING_SIDE, _WORKING_SIDE), interpolation=cv2.INTER_AREA)
    hue, saturation, value = cv2.split(cv2.cvtColor(small, cv2.COLOR_RGB2HSV))
    top, bottom = value[: _WORKING_SIDE // 3], value[-_WORKING_SIDE // 3 :]
    sentence = (
        f"A {_light(float(value.mean()))} {_format(width, height)} photograph, "
        f"{_colour(hue, saturation, value)}, {_layout(float(top.mean()), float(bottom.mean()))}, "
        f"{_texture(value.astype(np.float32))}."
    )
    return Scene(description=sentence)


def _light(brightness: float) -> str:
    if brightness < 80:
        return "dark"
    return "bright" if brightness > 170 else "well-lit"


def _format(width: int, height: int) -> str:
    if max(width, height) < 1.1 * min(width, height):
        return "square"
    return "landscape" if width > height else "portrait"


def _colour(
    hue: npt.NDArray[np.uint8], saturation: npt.NDArray[np.uint8], value: npt.NDArray[np.uint8]
) -> str:
    weight = saturation.astype(np.float64) * value / 255
    if weight.mean() < 25:
        return "almost without colour"
    names = np.searchsorted(_HUE_ENDS, hue.ravel(), side="right") % len(_HUES)
    shares = np.bincount(names, weights=weight.ravel(), minlength=len(_HUES))
    return f"mainly {_HUES[int(shares.argmax())]}"


def _layout(top: float, bottom: float) -> str:
    if top > bottom + 40:
        return "lighter towards the top"
    return (
        "darker towards the top" if bottom > top + 40 else "of even brightness from top to bottom"
    )


def _texture(value: npt.NDArray[np.float32]) -> str:
    """Name the texture by a ratio of contrasts at a small size, which only haze changes much."""
    detail = float((value - cv2.blur(value, (9, 9))).std()) / max(float(value.std()), 1.0)
    if detail < 0.35:
        return "in broad, even areas"
    return "full of small detail" if detail > 0.6 else "with even areas and small detail"
