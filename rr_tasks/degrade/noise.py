"""Sensor noise: Poisson-Gaussian in linear light (Foi et al. 2008), variance = gain * x + sigma**2.

Data sets of the field add gaussian noise to coded values instead, which this describes as well.
Photon noise is drawn from a gaussian of the same variance, as it is one at any visible intensity.
With a camera, this is the noise on its sensor's mosaic, from which the photograph is made.

`rr_tasks.degrade.noise_fit` measures it on a pair. The severity is that of the deviation at mid
grey.
"""

import math
from collections.abc import Iterable

import cv2
import numpy as np
import numpy.typing as npt
import torch
from typing_extensions import override

from rr_tasks.degrade.camera import Camera
from rr_tasks.degrade.color import Linear, Values
from rr_tasks.degrade.light import CONVENTIONS
from rr_tasks.degrade.measures import present_severity, severity_deviation
from rr_tasks.degrade.noise_fit import fit_noise
from rr_tasks.degrade.physics import FindDepth, Measured, Pair, Physics, scale_severity
from rr_tasks.degrade.strips import strips
from schemas.prior.light import Light
from schemas.prior.noise import Noise, NoiseParameters
from schemas.prior.noise_channels import NoiseChannels
from schemas.ranges import NoiseRecipe, PublishedNoise

GRAINY_DEVIATION = 0.15

_PHOTONS, _PHOTONS_IN_WHITE = 0.5, 256
_ANY_DEVIATION = 0.5  # share of photographs, where a recipe names some deviations

_RAIN_DOUBT = 0.3  # other differences than noise are not removed then


def noise_severity(sigma: float, gain: float, light: Light = "linear") -> float:
    """Return the severity of Poisson-Gaussian noise: variance = gain * intensity + sigma**2."""
    convention = CONVENTIONS[light]
    deviation = math.sqrt(gain * convention.mid_grey + sigma**2)
    return scale_severity(convention.steepness * deviation / GRAINY_DEVIATION)


def noise_deviation(severity: float, light: Light = "linear") -> float:
    """Return the standard deviation at mid grey of noise of this severity."""
    return GRAINY_DEVIATION * severity / 100 / CONVENTIONS[light].steepness


class NoisePhysics(Physics[NoiseParameters, NoiseRecipe]):
    """Photon noise and read noise."""

    finding = Noise
    ranges = NoiseRecipe
    stands_apart = True

    @override
    def severity(self, parameters: NoiseParameters, short_side_px: int) -> float:
        return noise_severity(parameters.sigma, parameters.gain, parameters.light)

    @override
    def at_severity(
        self, parameters: NoiseParameters, severity: float, short_side_px: int
    ) -> NoiseParameters:
        p, grey = parameters, CONVENTIONS[parameters.light].mid_grey
        variance = p.gain * grey + p.sigma**2
        wanted = noise_deviation(severity, p.light) ** 2
        if variance == 0.0:
            return NoiseParameters(sigma=0.0, gain=wanted / grey, light=p.light)
        return _amplify(p, (wanted / variance) ** 0.5)

    @override
    def add(
        self,
        image: Values,
        severity: float,
        ranges: NoiseRecipe,
        rng: np.random.Generator,
        find_depth: FindDepth,
        *,
        light: Light,
    ) -> tuple[Values, NoiseParameters]:
        if ranges.published is None:
            variance = _draw_deviation(severity, ranges.sigmas, light, rng) ** 2
            read_share = ranges.read_share.draw(rng)
            sigma = float(np.sqrt(read_share * variance))
            gain = (1 - read_share) * variance / CONVENTIONS[light].mid_grey
        else:
            sigma, gain = _publish(severity, ranges.published, rng)
        parameters = NoiseParameters(
            sigma=sigma,
            gain=gain,
            light=light,
            channels=NoiseChannels(sigma=(sigma,) * 3, gain=(gain,) * 3),
        )
        if ranges.camera is not None and rng.random() < ranges.camera.probability:
            camera = Camera(ranges.camera, rng)
            mosaic = camera.deviation(image, sigma, gain)
            mosaic *= cv2.LUT(_words(mosaic.shape, rng), _NORMAL)
            noisy = camera.develop(mosaic)
            noisy += image
            channels = camera.channels(sigma, gain)
            return noisy, parameters.model_copy(update={"channels": channels})
        return _add_to_pixels(image, parameters, rng), parameters

    @override
    def dilute(self, parameters: NoiseParameters, share: float) -> NoiseParameters:
        return _amplify(parameters, share)

    @override
    def measure(self, pair: Pair) -> Measured[NoiseParameters]:
        raining = "rain" in pair.present
        fit = fit_noise(pair.before, pair.after, raining=raining, light=pair.light)
        channels = [
            fit_noise(before, after, raining=raining, light=pair.light)
            for before, after in zip(cv2.split(pair.before), cv2.split(pair.after), strict=True)
        ]
        parameters = NoiseParameters(
            sigma=fit.sigma,
            gain=fit.gain,
            light=pair.light,
            channels=NoiseChannels(
                sigma=_rgb(channel.sigma for channel in channels),
                gain=_rgb(channel.gain for channel in channels),
            ),
        )
        severity = present_severity(self.severity(parameters, pair.short_side_px))
        doubts = fit.misfit, _RAIN_DOUBT if raining else 0.0
        finding = Noise(
            present=True,
            severity=severity,
            parameters=parameters,
            probability=1.0,
            severity_std=severity_deviation(severity, *doubts),
        )
        return Measured(finding, pair.before)


def _draw_deviation(
    severity: float, sigmas: tuple[float, ...] | None, light: Light, rng: np.random.Generator
) -> float:
    """Return the deviation of this severity, or of every second photograph the nearest of some."""
    deviation = noise_deviation(severity, light)
    if sigmas is None or rng.random() < _ANY_DEVIATION:
        return deviation
    return min((sigma / 255 for sigma in sigmas), key=lambda sigma: abs(sigma - deviation))


def _publish(
    severity: float, recipe: PublishedNoise, rng: np.random.Generator
) -> tuple[float, float]:
    """Return sigma and gain: gaussian noise, or in every second photograph that of photons."""
    if recipe.photons is not None and rng.random() < _PHOTONS:
        return 0.0, recipe.photons.at(severity / 100) ** 2 / _PHOTONS_IN_WHITE
    return recipe.sigma.at(severity / 100) / 255, 0.0


def _amplify(parameters: NoiseParameters, factor: float) -> NoiseParameters:
    """Return the parameters of noise whose deviation is `factor` times as large."""
    channels = parameters.channels and NoiseChannels(
        sigma=_rgb(factor * sigma for sigma in parameters.channels.sigma),
        gain=_rgb(factor**2 * gain for gain in parameters.channels.gain),
    )
    return parameters.model_copy(
        update={
            "sigma": factor * parameters.sigma,
            "gain": factor**2 * parameters.gain,
            "channels": channels,
        }
    )


def _rgb(channels: Iterable[float]) -> tuple[float, float, float]:
    red, green, blue = channels
    return red, green, blue


def _add_to_pixels(image: Values, parameters: NoiseParameters, rng: np.random.Generator) -> Values:
    noisy, words = np.empty_like(image), _words(image.shape, rng)
    for strip in strips(image.shape):
        light = image[strip]
        cv2.LUT(words[strip], _NORMAL, dst=noisy[strip])
        _, deviation = cv2.threshold(light, 0.0, 0.0, cv2.THRESH_TOZERO)
        deviation *= np.float32(parameters.gain)
        deviation += np.float32(parameters.sigma**2)
        cv2.sqrt(deviation, dst=deviation)
        noisy[strip] *= deviation
        noisy[strip] += light
    return noisy


def _words(shape: tuple[int, ...], rng: np.random.Generator) -> npt.NDArray[np.uint16]:
    """Draw random 16-bit words of this shape."""
    size = math.prod(shape)
    words = np.asarray(rng.bit_generator.random_raw(-(-size // 4))).view(np.uint16)
    return words[:size].reshape(shape)


def _normal_quantiles() -> Linear:
    """List equally likely values of a standard normal distribution, one for each 16-bit word."""
    chances = (torch.arange(1 << 16, dtype=torch.float64) + 0.5) / (1 << 16)
    values = torch.special.ndtri(chances)
    return np.asarray((values / values.square().mean().sqrt()).float().numpy())


# Looking them up takes a quarter of the time of any generator of normal numbers, and photographs of
# 8 bits cannot tell.
_NORMAL = _normal_quantiles()
