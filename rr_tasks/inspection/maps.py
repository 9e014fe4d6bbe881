"""Maps of a prior as small pictures: where haze is, what a point became, how noisy it is."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rr_tasks.degrade.color import encode
from rr_tasks.inspection.data_uri import write_greys
from schemas.prior.current import (
    DiagnosticPrior,
    ImageSize,
    Kernel,
    Light,
    NoiseChannels,
    TransmissionMap,
)

_VISIBLE = 0.01  # of the brightest cell
_BRIGHTNESSES = 16
_BAND = 2  # rows, which are one line of a terminal


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
    """Draw the transmission map, the kernel and the noise of channels, if the prior has them."""
    haze, blur, noise = prior.haze.parameters, prior.blur.parameters, prior.noise.parameters
    drawings = []
    if haze is not None and haze.transmission_map is not None:
        drawings.append(_draw_haze(haze.transmission_map, prior.image))
    if blur is not None and blur.kernel is not None:
        drawings.append(_draw_spread(blur.kernel, blur.light))
    if noise is not None and noise.channels is not None:
        drawings.append(_draw_noise(noise.channels))
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


def _draw_noise(channels: NoiseChannels) -> Drawing:
    """A band for each channel, from dark to bright values; the noisier, the lighter."""
    sigma, gain = (np.array(each)[:, None] for each in (channels.sigma, channels.gain))
    deviation = np.sqrt(gain * np.linspace(0, 1, _BRIGHTNESSES) + sigma**2)
    red, green, blue = deviation[:, -1]
    title = f"Noise from dark to bright: red up to {red:.1%}, green {green:.1%}, blue {blue:.1%}"
    greys = np.repeat(deviation / max(deviation.max(), 1e-9), _BAND, axis=0)
    return Drawing(title, greys, _BRIGHTNESSES / len(greys))
