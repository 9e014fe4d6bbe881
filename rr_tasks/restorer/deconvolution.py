"""Blur undone by physics: Wiener deconvolution (Wiener 1949) by the kernel and the noise.

The inverse is a filter of limited reach, so a part of a photograph is sharpened exactly as it would
be within the whole, given a margin of this reach. Natural photographs have a spectral density of
about 1 / f^2 (Field 1987); the noise level has a floor, which stands for rounding and for errors of
the kernel.
"""

import numpy as np
import numpy.typing as npt

from rr_tasks.degrade.color import Values
from rr_tasks.degrade.convolution import spread
from rr_tasks.degrade.kernels import disc_kernel, gaussian_kernel, motion_kernel
from rr_tasks.degrade.light import CONVENTIONS
from rr_tasks.photographs.pixels import Bytes
from schemas.prior.blur import BlurParameters
from schemas.prior.kernel import Kernel

Weights = npt.NDArray[np.float32]

_SIGNAL = 0.01
"""Amplitude of photographs at one cycle per pixel, 0-1."""
_LEAST_NOISE = 0.01
_REACH = 3.0
"""Extents of the blur that its inverse reaches; what lies beyond is faint."""
_LEAST_REACH = 16
_TAPERED = 1 / 3
_TYPICAL_ANISOTROPY = 0.7


class Deconvolution:
    """Sharpens any part of a photograph.

    Args:
        blur: its parameters.
        noise: standard deviation of its noise at mid grey, 0-1.

    Attributes:
        convention: in which light the blur is undone.
    """

    def __init__(self, blur: BlurParameters, noise: float) -> None:
        self.convention = CONVENTIONS[blur.light]
        self._inverse = _invert(draw_point_spread(blur), noise)

    @property
    def margin(self) -> int:
        """How many pixels around a part count."""
        return len(self._inverse) // 2

    def __call__(self, part: Bytes) -> Values:
        """Return (h, w, 3) sharper values in the blur's light, neither clipped nor rounded.

        Beyond the border of the part it is mirrored.
        """
        return spread(self.convention.read(part), self._inverse)


def draw_point_spread(blur: BlurParameters) -> Weights:
    """Return what a bright point becomes, an odd square in pixels."""
    if blur.kernel is not None:
        return _resample(blur.kernel)
    if blur.kind == "motion":
        return motion_kernel(blur.extent_px, blur.angle_deg)
    if blur.kind == "defocus":
        return disc_kernel(blur.extent_px)
    return gaussian_kernel(blur.extent_px, blur.angle_deg, _TYPICAL_ANISOTROPY)


def _resample(kernel: Kernel) -> Weights:
    """Draw the cells of a kernel on the grid of pixels, blurred linearly into each other."""
    cells, width = np.array(kernel.rows), max(1.0, kernel.cell_px)
    places = kernel.cell_px * (np.arange(len(cells)) - len(cells) // 2)
    radius = int(np.ceil(places[-1] + width)) - 1
    pixels = np.arange(-radius, radius + 1)
    share = np.maximum(0.0, 1.0 - np.abs(pixels[:, None] - places) / width)
    drawn = share @ cells @ share.T
    return np.asarray(drawn / drawn.sum(), np.float32)


def _invert(point_spread: Weights, noise: float) -> Weights:
    """Return the kernel that undoes a point spread when an image is correlated with it."""
    half = len(point_spread) // 2
    reach = max(_LEAST_REACH, int(_REACH * 2 * half))
    side = 2 ** int(np.ceil(np.log2(2 * reach + len(point_spread))))
    placed = np.zeros((side, side))
    placed[: 2 * half + 1, : 2 * half + 1] = point_spread
    transfer = np.fft.rfft2(np.roll(placed, (-half, -half), (0, 1)))
    y, x = np.meshgrid(np.fft.fftfreq(side), np.fft.rfftfreq(side), indexing="ij")
    unlikely = (max(noise, 0.0) ** 2 + _LEAST_NOISE**2) / _SIGNAL**2 * (x**2 + y**2)
    inverse = np.fft.irfft2(transfer.conj() / (np.abs(transfer) ** 2 + unlikely), (side, side))
    kept = np.arange(-reach, reach + 1)
    fading = np.minimum(1.0, (reach + 1 - np.abs(kept)) / (_TAPERED * reach))
    inverse = inverse[np.ix_(kept, kept)] * np.outer(fading, fading)
    return np.asarray((inverse / inverse.sum())[::-1, ::-1], np.float32)
