"""Sensor noise: Poisson-Gaussian in linear light (Foi et al. 2008), variance = gain * x + sigma**2.

Photon noise is drawn as a gaussian of the same variance, which it is at any visible intensity. With
a camera, this is the noise of the mosaic of its sensor, from which the photograph is made.
"""

import cv2
import numpy as np
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
        mosaic *= _gaussian(mosaic.shape, rng)
        noisy = camera.develop(mosaic)
        noisy += image
    else:
        noisy = _gaussian(image.shape, rng)
        for strip in strips(image.shape):
            light = image[strip]
            deviation = np.maximum(light, 0.0)
            deviation *= np.float32(gain)
            deviation += np.float32(sigma**2)
            cv2.sqrt(deviation, dst=deviation)
            noisy[strip] *= deviation
            noisy[strip] += light
    parameters = NoiseParameters(sigma=sigma, gain=gain)
    found = Noise(present=True, severity=noise_severity(sigma, gain), parameters=parameters)
    return noisy, found


def _gaussian(shape: tuple[int, ...], rng: np.random.Generator) -> Linear:
    """Standard normal numbers from a generator that is much faster than NumPy's."""
    generator = torch.Generator().manual_seed(int(rng.integers(2**63)))
    return torch.randn(shape, generator=generator).numpy()
