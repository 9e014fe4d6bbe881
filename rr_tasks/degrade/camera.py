"""A simple camera: what white balance, demosaicing and colour correction make of sensor noise.

A sensor sees one colour at each pixel (Bayer mosaic); its channels are balanced, interpolated and
mixed by a matrix. Noise that was independent at each pixel becomes blotchy, and correlated between
the channels. The order and the ranges of the gains follow Brooks et al. ("Unprocessing images for
learned raw denoising", 2019); the interpolation is that of Malvar, He and Cutler (2004). It is
linear, so noise can be developed alone: the photograph was demosaiced already, and doing so again
would blur it without a label that says so.
"""

import cv2
import numpy as np
import numpy.typing as npt

from rr_tasks.degrade.color import Linear
from schemas.prior.noise_channels import NoiseChannels
from schemas.ranges import CameraRecipe

Mosaic = npt.NDArray[np.float32]
Channels = npt.NDArray[np.float64]
Place = tuple[slice, slice]

# The average of the nearest pixels of the wanted colour, corrected by the curvature of the colour
# that was seen: green anywhere; red or blue from the same row; red at blue and blue at red.
_GREEN, _ROW, _DIAGONAL = (
    np.asarray(np.array(weights) / 16, np.float32)
    for weights in (
        [[0, 0, -2, 0, 0], [0, 0, 4, 0, 0], [-2, 4, 8, 4, -2], [0, 0, 4, 0, 0], [0, 0, -2, 0, 0]],
        [
            [0, 0, 1, 0, 0],
            [0, -2, 0, -2, 0],
            [-2, 8, 10, 8, -2],
            [0, -2, 0, -2, 0],
            [0, 0, 1, 0, 0],
        ],
        [[0, 0, -3, 0, 0], [0, 4, 0, 4, 0], [-3, 0, 12, 0, -3], [0, 4, 0, 4, 0], [0, 0, -3, 0, 0]],
    )
)

_BAYER = [0, 1, 1, 2]
_POINT_SIDE = 16  # of a mosaic around a point, which spreads by two pixels


class Camera:
    """The position of red in the mosaic, white balance and colour matrix, drawn at random."""

    def __init__(self, recipe: CameraRecipe, rng: np.random.Generator) -> None:
        row, column = (int(place) for place in rng.integers(0, 2, size=2))
        self._red = np.s_[row::2, column::2]
        self._green_by_red = np.s_[row::2, 1 - column :: 2]
        self._green_by_blue = np.s_[1 - row :: 2, column::2]
        self._blue = np.s_[1 - row :: 2, 1 - column :: 2]
        self._gains = np.array([recipe.red_gain.draw(rng), 1.0, recipe.blue_gain.draw(rng)])
        crosstalk = recipe.crosstalk.draw(rng)
        self._matrix = ((1 + 3 * crosstalk) * np.eye(3) - crosstalk).astype(np.float32)

    def deviation(self, image: Linear, sigma: float, gain: float) -> Mosaic:
        """Return the standard deviation of the balanced mosaic's noise.

        A channel amplified by g received 1 / g of the light, so its variance is proportional to g
        for photon noise and to g**2 for read noise. Both are scaled so that the mean variance over
        the mosaic of a grey photograph is the requested one.

        Args:
            image: (H, W, 3) linear light.
            sigma: read noise, root of the mean square over the mosaic.
            gain: variance of the photon noise per unit of light, mean over the mosaic.
        """
        photon, read = self._variances(sigma, gain)
        spread = np.empty(image.shape[:2], np.float32)
        for place, channel in self._places():
            light = np.maximum(image[..., channel][place], np.float32(0))
            spread[place] = np.float32(photon[channel]) * light + np.float32(read[channel])
        return np.asarray(np.sqrt(spread, out=spread))

    def channels(self, sigma: float, gain: float) -> NoiseChannels:
        """Return the noise of each channel of the developed photograph, its mean over the mosaic.

        Pixels of a mosaic are independent, so the variance is that of each, times the square of
        what a point of light there adds to the photograph.

        Args:
            sigma: that of the mosaic; see `deviation`.
            gain: likewise.
        """
        photon, read = np.zeros(3), np.zeros(3)
        for place, channel in self._places():
            mosaic = np.zeros((_POINT_SIDE, _POINT_SIDE), np.float32)
            mosaic[place][_POINT_SIDE // 4, _POINT_SIDE // 4] = 1.0
            power = np.square(self.develop(mosaic)).sum((0, 1)) / len(_BAYER)
            of_photons, of_reading = self._variances(sigma, gain)
            photon += power * of_photons[channel]
            read += power * of_reading[channel]
        return NoiseChannels(sigma=_rgb(np.sqrt(read)), gain=_rgb(photon))

    def _places(self) -> tuple[tuple[Place, int], ...]:
        """List the places of the pattern, and which channel a sensor sees there."""
        return (
            (self._red, 0),
            (self._green_by_red, 1),
            (self._green_by_blue, 1),
            (self._blue, 2),
        )

    def _variances(self, sigma: float, gain: float) -> tuple[Channels, Channels]:
        """Return the variances of red, green and blue: per unit of light, and without any."""
        photon = gain * self._gains / np.mean(self._gains[_BAYER])
        read = sigma**2 * self._gains**2 / np.mean(self._gains[_BAYER] ** 2)
        return photon, read

    def develop(self, mosaic: Mosaic) -> Linear:
        """Turn a balanced mosaic (H, W) into linear light (H, W, 3)."""
        along, down = _filter(mosaic, _ROW), _filter(mosaic, _ROW.T)
        diagonal, green = _filter(mosaic, _DIAGONAL), _filter(mosaic, _GREEN)
        red, blue = mosaic.copy(), mosaic.copy()
        for colour, own, other in ((red, along, down), (blue, down, along)):
            colour[self._green_by_red] = own[self._green_by_red]
            colour[self._green_by_blue] = other[self._green_by_blue]
        red[self._blue], blue[self._red] = diagonal[self._blue], diagonal[self._red]
        green[self._green_by_red] = mosaic[self._green_by_red]
        green[self._green_by_blue] = mosaic[self._green_by_blue]
        return np.asarray(cv2.transform(cv2.merge([red, green, blue]), self._matrix))


def _rgb(channels: Channels) -> tuple[float, float, float]:
    red, green, blue = (float(channel) for channel in channels)
    return red, green, blue


def _filter(mosaic: Mosaic, kernel: Mosaic) -> Mosaic:
    # Mirrored around the outermost pixels, so that colours keep their places.
    return np.asarray(cv2.filter2D(mosaic, -1, kernel, borderType=cv2.BORDER_REFLECT_101))
