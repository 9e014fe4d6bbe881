"""Measures Poisson-Gaussian noise on a clean photograph and a noisy one.

The difference without its slow part (exposure and white balance may differ a little) is sorted into
bins by the clean intensity. A line through the variances of the bins, fitted by least squares
weighted by their pixels, gives gain and sigma, neither below zero.
"""

from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from rr_tasks.degrade.color import Values, encode
from rr_tasks.degrade.light import CONVENTIONS
from schemas.prior.light import Light

Statistics = npt.NDArray[np.float64]

_BINS = np.linspace(0.02, 0.7, 18)  # darker is cut off at black, brighter at white
_LEAST_PIXELS = 200
_SLOW_PX = 8.0


class NoiseFit(NamedTuple):
    """Variance = gain * intensity + sigma**2, and how far it misses the deviations, as a share."""

    sigma: float
    gain: float
    misfit: float


def fit_noise(before: Values, after: Values, *, raining: bool, light: Light) -> NoiseFit:
    """Measure the noise of a photograph or of a channel, (H, W, C) or (H, W) values of `light`.

    Args:
        before: without noise.
        after: with it.
        raining: whether rain may brighten some pixels, which are not looked at then.
        light: the convention of both.
    """
    bins = CONVENTIONS[light].of_code(encode(_BINS))
    clean, difference = _pick_noisy_pixels(before, after, raining)
    intensity, variance, pixels = _group_by_intensity(clean, difference, bins)
    gain, read = _line(intensity, variance, pixels)
    fitted = gain * intensity + read
    misfit = np.average(np.square(np.sqrt(variance) - np.sqrt(fitted)), weights=pixels) ** 0.5
    scale = float(np.average(np.sqrt(variance), weights=pixels))
    return NoiseFit(read**0.5, gain, float(misfit) / scale if scale > 0 else 1.0)


def _pick_noisy_pixels(before: Values, after: Values, raining: bool) -> tuple[Values, Values]:
    """Pick pixels that show noise: their clean intensities, and how much they differ from them.

    Rain only brightens, so what is darker than it should be is noise, and there is as much noise on
    the other side.
    """
    difference = after - before
    if not raining:
        return before, difference - cv2.GaussianBlur(difference, (0, 0), _SLOW_PX)
    darker = difference < 0
    return before[darker], difference[darker]


def _group_by_intensity(
    clean: Values, difference: Values, bins: Statistics
) -> tuple[Statistics, Statistics, Statistics]:
    """Return mean intensity, variance and number of the pixels of each bin that holds enough."""
    place = np.digitize(clean.ravel(), bins)
    flat, squared = (
        clean.ravel().astype(np.float64),
        np.square(difference.ravel(), dtype=np.float64),
    )
    pixels = np.bincount(place, minlength=len(bins) + 1)[1:-1].astype(np.float64)
    enough = pixels >= _LEAST_PIXELS
    if not flat.size:
        return np.zeros(1), np.zeros(1), np.ones(1)
    if not enough.any():  # all black or all white: every pixel counts
        return np.array([flat.mean()]), np.array([squared.mean()]), np.array([float(flat.size)])
    totals = (
        np.bincount(place, weights=values, minlength=len(bins) + 1)[1:-1][enough]
        for values in (flat, squared)
    )
    intensity, variance = (total / pixels[enough] for total in totals)
    return intensity, variance, pixels[enough]


def _line(intensity: Statistics, variance: Statistics, pixels: Statistics) -> tuple[float, float]:
    """Fit a line to the points: slope and intercept, neither below zero."""
    middle = np.average(intensity, weights=pixels)
    level = np.average(variance, weights=pixels)
    spread = np.average((intensity - middle) ** 2, weights=pixels)
    slope = 0.0
    if spread > 0:
        slope = np.average((intensity - middle) * (variance - level), weights=pixels) / spread
    if slope <= 0:
        return 0.0, float(level)
    if level < slope * middle:  # it would start below zero
        through_zero = np.average(intensity * variance, weights=pixels)
        return float(through_zero / np.average(intensity**2, weights=pixels)), 0.0
    return float(slope), float(level - slope * middle)
