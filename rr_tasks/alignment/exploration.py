"""Noise that explores what a judge sees: haze and colour at coarse scales, sharpness at fine ones.

Nearly all of white noise lies at the finest scale, where it changes no judgement but that of noise.
"""

from dataclasses import dataclass
from functools import lru_cache

import torch

from rr_tasks.restorer.flow import Covariance, Source

_IMAGES = 4
"""Dimensions of images and of latents that are laid out as images."""


@dataclass(frozen=True)
class Octaves:
    """Noise of images (B, C, H, W) with as much variance in every octave of spatial frequency.

    Its square root is a filter whose gains, the reciprocal of the frequency, are all above zero: it
    has full rank, and whitening is exact. Opposite sides of an image count as neighbours.

    Args:
        within: the noise that is filtered, whose mean variance stays as it is.
    """

    within: Covariance

    def color(self, white: torch.Tensor) -> torch.Tensor:
        """See `rr_tasks.restorer.flow.Covariance.color`."""
        return self.within.color(_filter(white, _gains(*white.shape[-2:])))

    def whiten(self, noise: torch.Tensor) -> torch.Tensor:
        """See `rr_tasks.restorer.flow.Covariance.whiten`."""
        return _filter(self.within.whiten(noise), 1 / _gains(*noise.shape[-2:]))


def choose_noise(source: Source) -> Covariance:
    """Choose the noise that explores around points of a flow.

    It is that of the flow's source, in octaves if points are laid out as images; neighbours among
    tokens (B, N, C) are not known here.
    """
    return Octaves(source.covariance) if source.mean.ndim == _IMAGES else source.covariance


def _filter(image: torch.Tensor, gains: torch.Tensor) -> torch.Tensor:
    """Multiply the frequencies of images (B, C, H, W) by gains (H, W // 2 + 1)."""
    size = tuple(image.shape[-2:])
    spectrum = torch.fft.rfft2(image.float()) * gains.to(image.device)
    filtered: torch.Tensor = torch.fft.irfft2(spectrum, s=size)
    return filtered


@lru_cache(maxsize=8)
def _gains(height: int, width: int) -> torch.Tensor:
    """Return the gain of each frequency, (H, W // 2 + 1); the mean counts as the lowest one."""
    down, across = torch.fft.fftfreq(height)[:, None], torch.fft.fftfreq(width)
    gains = 1 / torch.hypot(down, across).clamp(min=1 / max(height, width))
    return (gains / gains.square().mean().sqrt())[:, : width // 2 + 1]
