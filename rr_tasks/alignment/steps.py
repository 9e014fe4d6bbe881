"""Steps of a flow that draw where they end, so that trying another way has a known probability.

v is the velocity at (x, t), the source is x1 ~ N(m, S), the step ends at t' = t - h, and `noise` is
the strength a of exploration with covariance E. All is computed in float32.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import torch

from rr_tasks.restorer.flow import Covariance, Source
from schemas.alignment import SamplerName


class Step(NamedTuple):
    """The normal distribution N(mean, spread^2 E) of where a step ends.

    Attributes:
        mean: (B, ...).
        spread: standard deviation in whitened coordinates.
        covariance: E, of the noise that explores.
    """

    mean: torch.Tensor
    spread: float
    covariance: Covariance

    def draw(self, white: torch.Tensor) -> torch.Tensor:
        """Return where the step ends, given white noise (B, ...)."""
        return self.mean + self.spread * self.covariance.color(white)

    def log_probability(self, end: torch.Tensor) -> torch.Tensor:
        """Return the log-density of ends (B, ...) in whitened coordinates, averaged over these.

        Returns:
            (B,): the mean over all numbers of a point, not their sum, which would overflow.
        """
        scaled = self.covariance.whiten(end - self.mean) / self.spread
        constant = math.log(self.spread) + 0.5 * math.log(2 * math.pi)
        return -0.5 * scaled.square().flatten(1).mean(1) - constant

    def divergence(self, other: torch.Tensor) -> torch.Tensor:
        """Return the Kullback-Leibler divergence (B,) from a step with another mean (B, ...).

        Like the log-probability, it is averaged over all numbers of a point.
        """
        apart = self.covariance.whiten(self.mean - other) / self.spread
        return 0.5 * apart.square().flatten(1).mean(1)


def sde_step(
    x: torch.Tensor,
    velocity: torch.Tensor,
    now: float,
    following: float,
    *,
    source: Source,
    explored: Covariance,
    noise: float,
) -> Step:
    """Take a step of the stochastic differential equation with the marginals of the flow.

    With g^2 = a^2 t / (1 - t), and t' instead of t in the denominator at t = 1,

        x' ~ N(x - h v - h g^2 / (2 t) E S^-1 (x + (1 - t) v - m), h g^2 E).

    For E = S this is the equation of Flow-GRPO (arXiv 2505.05470) for a source with any mean.
    Marginals equal those of the flow in the limit of small steps, whatever E is.
    """
    x, velocity = x.float(), velocity.float()
    length = now - following
    rate = noise**2 * now / (1 - (now if now < 1 else following))
    apart = x + (1 - now) * velocity - source.mean
    pull = _multiply(explored, source.covariance, apart)
    mean = x - length * velocity - length * rate / (2 * now) * pull
    return Step(mean, math.sqrt(length * rate), explored)


def cps_step(
    x: torch.Tensor,
    velocity: torch.Tensor,
    now: float,
    following: float,
    *,
    source: Source,
    explored: Covariance,
    noise: float,
) -> Step:
    """Take a step that keeps the level of noise (coefficients-preserving sampling, 2509.05952).

    A part k = t' sin(a pi / 2) of the noise in x, t', is replaced by new one:

        x' ~ N((1 - t') x0 + t' m + (t'^2 - k^2)^(1/2) (x + (1 - t) v - m), k^2 E)

    where x0 = x - t v is the clean end that the flow sees, and x + (1 - t) v - m the noise.
    Marginals are those of the flow only if it sees rightly.
    """
    x, velocity = x.float(), velocity.float()
    renewed = following * math.sin(noise * math.pi / 2)
    kept = math.sqrt(following**2 - renewed**2)
    clean = x - now * velocity
    seen = x + (1 - now) * velocity - source.mean
    mean = (1 - following) * clean + following * source.mean + kept * seen
    return Step(mean, renewed, explored)


SAMPLERS: dict[SamplerName, Callable[..., Step]] = {"sde": sde_step, "cps": cps_step}


def _multiply(covariance: Covariance, inverse: Covariance, x: torch.Tensor) -> torch.Tensor:
    """Multiply x by one covariance and by the inverse of another; their roots are symmetric."""
    if covariance == inverse:
        return x
    return covariance.color(covariance.color(inverse.whiten(inverse.whiten(x))))
