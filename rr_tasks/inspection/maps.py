"""Maps of a prior as small pictures: where the haze is, and what a point became."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rr_tasks.degrade.color import encode
from rr_tasks.inspection.data_uri import write_greys
from schemas.prior.current import DiagnosticPrior, ImageSize, Kernel, Light, TransmissionMap

_VISIBLE = 0.01  # of the brightest cell


@dataclass(frozen=True)
class Drawing:
    """A map as greys, (H, W), from 0 for black to 1 for white.

    `title` says what it shows; `aspect` is the width by the height of what it covers.
    """

    title: str
    greys: npt.NDArray[np.float64]
    aspect: float = 1.0

    @property
    def uri(self) -> str:
        """The drawing as a data URI, with a pixel for each cell."""
        return write_greys(self.greys)


def draw_maps(prior: DiagnosticPrior) -> list[Drawing]:
    """Draw the transmission map and the kernel of a prior, or those of them that it has."""
    haze, blur = prior.haze.parameters, prior.blur.parameters
    drawings = []
    if haze is not None and haze.transmission_map is not None:
        drawings.append(_draw_haze(haze.transmission_map, prior.image))
    if blur is not None and blur.kernel is not None:
        drawings.append(_draw_spread(blur.kernel, blur.light))
    return drawings


def _draw_haze(transmission: TransmissionMap, size: ImageSize) -> Drawing:
    """The thicker the haze, the lighter, as in the photograph."""
    arrives = np.array(transmission.rows)
    span = f"{arrives.min():.0%} to {arrives.max():.0%}"
    return Drawing(f"Haze lets through {span}", 1 - arrives, size.width / size.height)


def _draw_spread(kernel: Kernel, light: Light) -> Drawing:
    """As a photograph of a single point would show it, without what is too dark to see."""
    weights = np.array(kernel.rows)
    shown = weights / weights.max()
    middle = len(shown) // 2
    reach = int(np.abs(np.argwhere(shown >= _VISIBLE) - middle).max())
    inside = slice(middle - reach, middle + reach + 1)
    cut = shown[inside, inside]
    title = f"Blur of a point, {len(cut) * kernel.cell_px:.0f} px across"
    return Drawing(title, encode(cut) if light == "linear" else cut)
