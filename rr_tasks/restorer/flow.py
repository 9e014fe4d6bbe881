"""The one definition of a flow: x_t = (1 - t) x0 + t x1 with velocity v = x1 - x0.

x0 is clean and x1 comes from the source. Points may have any shape (B, ...): pixels, latents,
tokens.
"""

from dataclasses import dataclass
from typing import Protocol

import torch


class Covariance(Protocol):
    """The covariance Sigma of noise, as a linear map from white noise and back."""

    def color(self, white: torch.Tensor) -> torch.Tensor:
        """Return Sigma^(1/2) n for white noise n (B, ...)."""

    def whiten(self, noise: torch.Tensor) -> torch.Tensor:
        """Return Sigma^(-1/2) times noise (B, ...)."""


@dataclass(frozen=True)
class Isotropic:
    """Independent noise with the same standard deviation everywhere."""

    deviation: float

    def color(self, white: torch.Tensor) -> torch.Tensor:
        """See `Covariance.color`."""
        return self.deviation * white

    def whiten(self, noise: torch.Tensor) -> torch.Tensor:
        """See `Covariance.whiten`."""
        return noise / self.deviation


@dataclass(frozen=True)
class Source:
    """Where a flow starts: x1 ~ N(mean, Sigma), with `mean` of shape (B, ...)."""

    mean: torch.Tensor
    covariance: Covariance

    def draw(self, generator: torch.Generator) -> torch.Tensor:
        """Draw x1, the same on every device, because `generator` is on the CPU."""
        return self.at(white_noise(self.mean, generator))

    def at(self, white: torch.Tensor) -> torch.Tensor:
        """Return the x1 for white noise (B, ...); zeros give the mean."""
        return self.mean + self.covariance.color(white)

    def whiten(self, x1: torch.Tensor) -> torch.Tensor:
        """Return the white noise that gives x1; it is standard normal for what `draw` returns."""
        return self.covariance.whiten(x1 - self.mean)


def white_noise(like: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Draw standard normal noise of the shape of `like` on the CPU, and move it to its device."""
    return torch.randn(like.shape, generator=generator).to(like.device)


def per_sample(t: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    """Give times (B,) as many dimensions as x (B, ...) has, so that they broadcast."""
    return t.reshape(-1, *(1,) * (x.ndim - 1))


def point_at(t: torch.Tensor, x0: torch.Tensor, x1: torch.Tensor) -> torch.Tensor:
    """Return x_t on the straight line from x0 to x1, for times (B,) in 0-1."""
    time = per_sample(t, x0)
    return (1 - time) * x0 + time * x1


def clean_end(x: torch.Tensor, t: torch.Tensor, velocity: torch.Tensor) -> torch.Tensor:
    """Return the x0 to which a velocity at (x, t) points: x - t v."""
    return x - per_sample(t, x) * velocity


def velocity_towards(x0: torch.Tensor, x: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
    """Return the velocity (x - x0) / t of a network that predicts x0, for times (B,) above 0."""
    return (x - x0) / per_sample(t, x)
