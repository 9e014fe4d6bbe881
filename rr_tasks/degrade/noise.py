"""Sensor noise: Poisson-Gaussian in linear light (Foi et al. 2008), variance = gain * x + sigma**2.

Photon noise is drawn as a gaussian of the same variance, which it is at any visible intensity. With
a camera, this is the noise of the mosaic of its sensor, from which the photograph is made.
"""

from math import prod

import cv2
import numpy as np
import numpy.typing as npt
import torch

from rr_tasks.degrade.camera import Camera
from rr_tasks.degrade.color import Linear
from rr_tasks.degrade.severity import MID_GREY, noise_deviation, noise_severity
from rr_tasks.degrade.strips import strips
from schemas.prior.current import Noise, NoiseParameters
from schemas.recipe import NoiseRecipe


def add_noise(
    image: Linear, severity: float, recipe: NoiseRecipe, rng: np.random.Generator
) -> tuple[Linear, Noise]:
    """Add noise whose standard deviation at mid grey has the given severity (0-100)."""
    variance = noise_deviation(severity) ** 2
    read_share = recipe.read_share.draw(rng)
    sigma, gain = float(np.sqrt(read_share * variance)), (1 - read_share) * variance / MID_GREY
    if recipe.camera is not None and rng.random() < recipe.camera.probability:
        camera = Camera(recipe.camera, rng)
        mosaic = camera.deviation(image, sigma, gain)
        mosaic *= cv2.LUT(_words(mosaic.shape, rng), _NORMAL)
        noisy = camera.develop(mosaic)
        noisy += image
    else:
        noisy, words = np.empty_like(image), _words(image.shape, rng)
        for strip in strips(image.shape):
            light = image[strip]
            cv2.LUT(words[strip], _NORMAL, dst=noisy[strip])
            _, deviation = cv2.threshold(light, 0.0, 0.0, cv2.THRESH_TOZERO)
            deviation *= np.float32(gain)
            deviation += np.float32(sigma**2)
            cv2.sqrt(deviation, dst=deviation)
            noisy[strip] *= deviation
            noisy[strip] += light
    parameters = NoiseParameters(sigma=sigma, gain=gain)
    found = Noise(present=True, severity=noise_severity(sigma, gain), parameters=parameters)
    return noisy, found


def _words(shape: tuple[int, ...], rng: np.random.Generator) -> npt.NDArray[np.uint16]:
    """Random 16-bit words of this shape."""
    size = prod(shape)
    words = np.asarray(rng.bit_generator.random_raw(-(-size // 4))).view(np.uint16)
    return words[:size].reshape(shape)


def _normal_quantiles() -> Linear:
    """Equally likely values, one for each 16-bit word, of normal distribution and variance 1."""
    chances = (torch.arange(1 << 16, dtype=torch.float64) + 0.5) / (1 << 16)
    values = torch.special.ndtri(chances)
    return np.asarray((values / values.square().mean().sqrt()).float().numpy())


# Looking them up takes a quarter of the time of any generator of normal numbers, and photographs of
# 8 bits cannot tell.
_NORMAL = _normal_quantiles()
