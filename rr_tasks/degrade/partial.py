"""Photographs that are partly restored: blends of the degraded with the clean one.

A judge of restorations has to read what is left of a degradation. In linear light a blend with a
share a of the degraded photograph is a degraded photograph again, so that its truth is known:

    haze   J (1 - a) + a (J t + A (1 - t)): a transmission of 1 - a (1 - t)
    rain   the same with streaks: an opacity a times as large
    blur   a point spread (1 - a) delta + a k, whose second moment is a times as large: an extent
           sqrt(a) times as large
    noise  a deviation a times as large, which is a gain a**2 times as large
"""

import math

from rr_tasks.degrade import severity
from schemas.prior.current import (
    Blur,
    BlurParameters,
    Haze,
    HazeParameters,
    Noise,
    NoiseParameters,
    Rain,
)
from schemas.prior.finding import MINIMUM_PRESENT_SEVERITY


def partial_haze(haze: Haze, share: float) -> Haze:
    """What is left of haze in a blend with a `share` (above 0, up to 1) of the degraded image."""
    if haze.parameters is None:
        return haze
    full = haze.parameters
    transmission = 1 - share * (1 - full.transmission)
    beta = full.beta * math.log(transmission) / math.log(full.transmission)
    parameters = HazeParameters(
        atmospheric_light=full.atmospheric_light, transmission=transmission, beta=beta
    )
    level = severity.haze_severity(transmission)
    if level < MINIMUM_PRESENT_SEVERITY:
        return Haze(present=False, severity=0.0)
    return Haze(present=True, severity=level, parameters=parameters)


def partial_blur(blur: Blur, share: float, short_side_px: int) -> Blur:
    """What is left of blur, see `partial_haze`."""
    if blur.parameters is None:
        return blur
    full = blur.parameters
    extent = math.sqrt(share) * full.extent_px
    parameters = BlurParameters(kind=full.kind, extent_px=extent, angle_deg=full.angle_deg)
    level = severity.blur_severity(extent, short_side_px)
    if level < MINIMUM_PRESENT_SEVERITY:
        return Blur(present=False, severity=0.0)
    return Blur(present=True, severity=level, parameters=parameters)


def partial_rain(rain: Rain, share: float) -> Rain:
    """What is left of rain, see `partial_haze`."""
    if rain.parameters is None:
        return rain
    opacity = share * rain.parameters.opacity
    parameters = rain.parameters.model_copy(update={"opacity": opacity})
    level = severity.rain_severity(parameters.density * opacity)
    if level < MINIMUM_PRESENT_SEVERITY:
        return Rain(present=False, severity=0.0)
    return Rain(present=True, severity=level, parameters=parameters)


def partial_noise(noise: Noise, share: float) -> Noise:
    """What is left of noise, see `partial_haze`."""
    if noise.parameters is None:
        return noise
    sigma, gain = share * noise.parameters.sigma, share**2 * noise.parameters.gain
    parameters = NoiseParameters(sigma=sigma, gain=gain)
    level = severity.noise_severity(sigma, gain)
    if level < MINIMUM_PRESENT_SEVERITY:
        return Noise(present=False, severity=0.0)
    return Noise(present=True, severity=level, parameters=parameters)
