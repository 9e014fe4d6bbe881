"""What a reasoner should say of a photograph, as arrays that change with the views of it."""

from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

from rr_tasks.reasoner.grid import interpolate
from rr_tasks.reasoner.kernels import KERNEL_SIDE, to_working_size
from schemas.prior.current import DiagnosticPrior
from schemas.prior.noise import GAIN_SCALE, SIGMA_SCALE
from schemas.prior.transmission_map import MAP_SIDE
from schemas.prior.vector import colour_entries, length_entries, mirrored_entries, to_vector

Floats = npt.NDArray[np.float32]

UNKNOWN = -1.0
"""What maps and channels are filled with where the truth does not know them."""

Window = tuple[slice, slice]
"""Rows and columns of a part of a photograph, as shares of its height and width."""


class Truth(NamedTuple):
    """The ground truth of one photograph.

    Attributes:
        vector: the prior's, with lengths in pixels of the working size.
        map: (16, 16) transmission, or `UNKNOWN`.
        kernel: (`KERNEL_SIDE`, `KERNEL_SIDE`) at working size, or all 0.
        channels: (2, 3); sigma and gain of red, green and blue, scaled as in the vector, or
            `UNKNOWN`.
    """

    vector: Floats
    map: Floats
    kernel: Floats
    channels: Floats

    @classmethod
    def of(cls, prior: DiagnosticPrior, scale: float) -> Self:
        """Read a prior; one pixel of its photograph is `scale` pixels at working size."""
        vector = np.array(to_vector(prior), np.float32)
        vector[length_entries()] *= scale
        drawn = np.full((MAP_SIDE, MAP_SIDE), UNKNOWN, np.float32)
        kernel = np.zeros((KERNEL_SIDE, KERNEL_SIDE), np.float32)
        channels = np.full((2, 3), UNKNOWN, np.float32)
        haze, blur, noise = prior.haze.parameters, prior.blur.parameters, prior.noise.parameters
        if haze and haze.transmission_map:
            drawn[:] = haze.transmission_map.rows
        if blur and blur.kernel:
            kernel = to_working_size(blur.kernel, scale)
        if noise and noise.channels:
            sigma, gain = np.array(noise.channels.sigma), np.array(noise.channels.gain)
            channels[:] = sigma / SIGMA_SCALE, gain / GAIN_SCALE
        return cls(vector, drawn, kernel, channels)

    def cut(self, window: Window) -> Self:
        """Return the truth about a window of the photograph; only the map changes."""
        if self.map[0, 0] == UNKNOWN:
            return self
        down, right = (_places_in(part) for part in window)
        return self._replace(map=np.asarray(down @ self.map @ right.T, np.float32))

    def swap_colours(self, colours: npt.NDArray[np.int64]) -> Self:
        """Return the truth about the photograph with its channels in another order."""
        vector = self.vector.copy()
        for channels in colour_entries().values():
            vector[channels] = vector[channels][colours]
        return self._replace(vector=vector, channels=self.channels[:, colours])

    def mirror(self, axis: int) -> Self:
        """Return the truth about the photograph turned upside down (0) or left to right (1)."""
        vector = self.vector.copy()
        vector[mirrored_entries()] *= -1
        drawn, kernel = (np.flip(one, axis) for one in (self.map, self.kernel))
        return self._replace(vector=vector, map=drawn, kernel=kernel)


def _places_in(part: slice) -> npt.NDArray[np.float64]:
    """Return what each cell of a map of the part takes from those of the whole, (16, 16)."""
    middles = (np.arange(MAP_SIDE) + 0.5) / MAP_SIDE
    places = (part.start + middles * (part.stop - part.start)) * MAP_SIDE - 0.5
    return interpolate(places.clip(0, MAP_SIDE - 1), MAP_SIDE)
