"""Severity, 1-100, as a strictly monotone function of physical parameters, and its inverses.

| type  | physical measure                                              | 10     | 100   |
|-------|---------------------------------------------------------------|--------|-------|
| haze  | 1 - mean transmission                                         | 0.075  | 0.75  |
| blur  | extent / short side of the image                              | 0.0058 | 0.040 |
| rain  | mean streak alpha (density x opacity)                         | 0.0063 | 0.20  |
| noise | standard deviation at mid grey (0.2), linear light            | 0.015  | 0.15  |

The scales are ours: 10 is the faintest that is seen at a glance, 100 leaves the scene barely
readable. They do not depend on what the photograph shows.
"""

import math

OPAQUE_HAZE = 0.75
SHARP_EXTENT = 0.002
BLURRED_EXTENT = 0.04
DRENCHED_ALPHA = 0.2
RAIN_EXPONENT = 1.5
GRAINY_DEVIATION = 0.15
MID_GREY = 0.2


def haze_severity(transmission: float) -> float:
    """Severity of haze from the mean transmission, 0-1."""
    return _bounded((1 - transmission) / OPAQUE_HAZE)


def haze_transmission(severity: float) -> float:
    """Mean transmission, 0-1, of haze of this severity."""
    return 1 - OPAQUE_HAZE * severity / 100


def blur_severity(extent_px: float, short_side_px: int) -> float:
    """Severity of a blur whose point spread is `extent_px` long."""
    return _bounded((extent_px / short_side_px - SHARP_EXTENT) / (BLURRED_EXTENT - SHARP_EXTENT))


def blur_extent(severity: float, short_side_px: int) -> float:
    """Extent in pixels of a blur of this severity."""
    return short_side_px * (SHARP_EXTENT + (BLURRED_EXTENT - SHARP_EXTENT) * severity / 100)


def rain_severity(mean_alpha: float) -> float:
    """Severity of rain from the mean alpha of its streaks, 0-1."""
    return _bounded((mean_alpha / DRENCHED_ALPHA) ** (1 / RAIN_EXPONENT))


def rain_alpha(severity: float) -> float:
    """Mean alpha of the streaks of rain of this severity."""
    return float(DRENCHED_ALPHA * (severity / 100) ** RAIN_EXPONENT)


def noise_severity(sigma: float, gain: float) -> float:
    """Severity of Poisson-Gaussian noise: variance = gain * intensity + sigma**2."""
    return _bounded(math.sqrt(gain * MID_GREY + sigma**2) / GRAINY_DEVIATION)


def noise_deviation(severity: float) -> float:
    """Standard deviation at mid grey of noise of this severity."""
    return GRAINY_DEVIATION * severity / 100


def _bounded(fraction: float) -> float:
    return 100 * min(1.0, max(0.0, fraction))
