"""Small pictures in the terminal."""

import numpy as np
import numpy.typing as npt
from rich.text import Text

_SHADES = " ░▒▓█"


def render_greys(greys: npt.NDArray[np.float64], *, coloured: bool) -> Text:
    """Render greys, (H, W) in 0-1, as W characters in each of H / 2 lines, rounded up.

    A character is about twice as high as wide, so it shows two cells: in colours, each in a half of
    it; without colours, their mean as one of five shades.
    """
    even = np.pad(greys, ((0, len(greys) % 2), (0, 0)))
    render = _halves if coloured else _shades
    lines = (render(upper, lower) for upper, lower in zip(even[::2], even[1::2], strict=True))
    picture = Text("\n").join(lines)
    picture.no_wrap, picture.overflow = True, "crop"
    return picture


def _halves(upper: npt.NDArray[np.float64], lower: npt.NDArray[np.float64]) -> Text:
    pairs = zip(upper, lower, strict=True)
    return Text.assemble(*(("▀", f"{_grey(top)} on {_grey(bottom)}") for top, bottom in pairs))


def _shades(upper: npt.NDArray[np.float64], lower: npt.NDArray[np.float64]) -> Text:
    steps = np.rint((upper + lower) / 2 * (len(_SHADES) - 1)).astype(int)
    return Text("".join(_SHADES[step] for step in steps))


def _grey(value: float) -> str:
    code = round(255 * float(value))
    return f"rgb({code},{code},{code})"
