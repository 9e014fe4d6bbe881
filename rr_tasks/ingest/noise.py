"""How noisy the partner of a clean photograph is: its variance against intensity.

The difference of the two, in linear light and without its slow part (exposure and white balance may
differ a little), is sorted by the clean intensity. A line through the variances of the bins, by
least squares weighted by their pixels, is variance = gain * intensity + sigma**2, neither of them
below zero. The severity is that of the deviation at mid grey.
"""

import cv2
import numpy as np
import numpy.typing as npt

from rr_tasks.degrade.color import Linear
from rr_tasks.degrade.severity import noise_severity
from rr_tasks.ingest.finding import present_severity, severity_deviation
from schemas.prior.current import Noise, NoiseParameters

_BINS = np.linspace(0.02, 0.7, 18)  # darker is cut off at black, brighter at white
_LEAST_PIXELS = 200
_SLOW_PX = 8.0
_RAIN_DOUBT = 0.3  # other differences than noise are not removed then

Values = npt.NDArray[np.float64]


def measure_noise(clean: Linear, noisy: Linear, *, raining: bool = False) -> Noise:
    """Estimate the noise of a pair.

    Args:
        clean: (H, W, 3), 0-1.
        noisy: likewise.
        raining: whether there are streaks too. They only brighten, so what is darker than it should
            be is noise, and as much of it is on the other side.
    """
    difference = noisy - clean
    if raining:
        darker = difference < 0
        samples = clean[darker], difference[darker]
    else:
        samples = clean, difference - cv2.GaussianBlur(difference, (0, 0), _SLOW_PX)
    intensity, variance, pixels = _by_intensity(*samples)
    gain, read = _line(intensity, variance, pixels)
    severity = present_severity(noise_severity(read**0.5, gain))
    fitted = gain * intensity + read
    misfit = np.average(np.square(np.sqrt(variance) - np.sqrt(fitted)), weights=pixels) ** 0.5
    scale = float(np.average(np.sqrt(variance), weights=pixels))
    return Noise(
        present=True,
        severity=severity,
        parameters=NoiseParameters(sigma=read**0.5, gain=gain),
        probability=1.0,
        severity_std=severity_deviation(
            severity, float(misfit) / scale if scale > 0 else 1.0, _RAIN_DOUBT if raining else 0.0
        ),
    )


def _by_intensity(clean: Linear, difference: Linear) -> tuple[Values, Values, Values]:
    """Mean intensity, variance and number of the pixels of each bin that holds enough of them."""
    place = np.digitize(clean.ravel(), _BINS)
    flat, squared = (
        clean.ravel().astype(np.float64),
        np.square(difference.ravel(), dtype=np.float64),
    )
    pixels = np.bincount(place, minlength=len(_BINS) + 1)[1:-1].astype(np.float64)
    enough = pixels >= _LEAST_PIXELS
    if not flat.size:
        return np.zeros(1), np.zeros(1), np.ones(1)
    if not enough.any():  # all black or all white: every pixel counts
        return np.array([flat.mean()]), np.array([squared.mean()]), np.array([float(flat.size)])
    totals = (
        np.bincount(place, weights=values, minlength=len(_BINS) + 1)[1:-1][enough]
        for values in (flat, squared)
    )
    intensity, variance = (total / pixels[enough] for total in totals)
    return intensity, variance, pixels[enough]


def _line(intensity: Values, variance: Values, pixels: Values) -> tuple[float, float]:
    """Slope and height of the line nearest to the points, neither below zero."""
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
