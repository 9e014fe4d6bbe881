"""Flow matching: teaches any restorer to undo degradations."""

from typing import Any, NamedTuple

import torch

from rr_tasks.restorer.flow import clean_end, per_sample, point_at, white_noise
from rr_tasks.restorer.protocol import ConditionT, Restorer
from rr_tasks.training.objective import Losses
from schemas.prior.current import DiagnosticPrior

ALGORITHM = 6
"""Counts changes of this objective that lead the same settings to other weights."""

REGRESSION_SHARE = 0.75
"""Share of samples at t = 1, from where restoring takes a single step."""

_GOOD_ENOUGH = 1 / 30
"""Share of a typical error, 40 dB for pixels, below which a sample must not outweigh hard ones."""


class FlowBatch(NamedTuple):
    """Clean and degraded images (B, 3, H, W) and guides (B, G, H, W) as bytes, and their priors."""

    clean: torch.Tensor
    degraded: torch.Tensor
    guides: torch.Tensor
    priors: tuple[DiagnosticPrior | None, ...]


def flow_loss(
    restorer: Restorer[Any],
    batch: FlowBatch,
    generator: torch.Generator,
    spectral_weight: float = 0.0,
) -> Losses:
    """Compute the log of the squared error (PSNR, up to scale) at t = 1, the squared error below.

    Both are errors of x0. Half of the samples at t = 1 start at the source's mean, as restoring in
    one step does. Below t = 1, only a plain squared error keeps the velocity a posterior mean.

    Args:
        restorer: its flow runs in pixels or latents (B, C, H, W), if `spectral_weight` is not 0.
        batch: what it should learn.
        generator: on the CPU.
        spectral_weight: how much the mean absolute error of the spectrum, in typical errors, adds
            to the loss at t = 1; blurred details cost little else (Cho et al. 2021).

    Returns:
        `loss`; the mean `psnr` of x0 at t = 1 in the flow's own space, for values in 0-1; and
        `psnr_degraded`, that of the same images before.
    """
    clean, degraded = batch.clean.float() / 255, batch.degraded.float() / 255
    condition = restorer.prepare(degraded, batch.priors, batch.guides.float() / 255)
    x0 = restorer.encode(clean)
    t, quiet = (draw.to(x0.device) for draw in _draw_times(len(x0), generator))
    at_one = t == 1.0
    difference = miss(restorer, x0, condition, t, generator, quiet=quiet)
    error = difference.square().flatten(1).mean(1)
    relative = error / restorer.typical_error
    regression = torch.log1p(relative / _GOOD_ENOUGH)
    if spectral_weight:
        weight = spectral_weight / restorer.typical_error**0.5
        regression = regression + weight * _spectral_error(difference)
    before = (degraded - clean).square().flatten(1).mean(1)
    return {
        "loss": torch.where(at_one, regression, relative).mean(),
        "psnr": _mean_psnr(error.detach(), at_one),
        "psnr_degraded": _mean_psnr(before, at_one),
    }


def miss(
    restorer: Restorer[ConditionT],
    x0: torch.Tensor,
    condition: ConditionT,
    t: torch.Tensor,
    generator: torch.Generator,
    *,
    quiet: torch.Tensor | None = None,
) -> torch.Tensor:
    """Return by what a restorer misses x0 (B, ...) from points on the way there.

    Args:
        restorer: the flow.
        x0: clean points.
        condition: from `restorer.prepare`.
        t: times (B,) of the points.
        generator: draws the noise of the source.
        quiet: (B,), true where the source's mean is taken instead of a draw from it.

    Returns:
        (B, ...): the predicted x0 minus the true one.
    """
    source = restorer.source(condition)
    white = white_noise(source.mean, generator)
    if quiet is not None:
        white = white * per_sample(~quiet, x0)
    x = point_at(t, x0, source.at(white))
    return clean_end(x, t, restorer.velocity(x, t, condition)) - x0


def _draw_times(count: int, generator: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """Draw times (B,) in (0, 1], and which of those at 1 start at the source's mean."""
    at_one = torch.rand(count, generator=generator) < REGRESSION_SHARE
    t = torch.where(at_one, 1.0, torch.rand(count, generator=generator).clamp(min=0.02))
    return t, at_one & (torch.rand(count, generator=generator) < 0.5)


def _spectral_error(error: torch.Tensor) -> torch.Tensor:
    """Average the amplitudes of an error's frequencies, (B,); white noise keeps its size."""
    spectrum: torch.Tensor = torch.fft.rfft2(error.float(), norm="ortho")
    return spectrum.abs().flatten(1).mean(1)


def _mean_psnr(error: torch.Tensor, counted: torch.Tensor) -> torch.Tensor:
    """Average the counted squared errors (B,) in dB; 0 if none counts."""
    psnr = -10 * torch.log10(error.clamp(min=1e-8))
    return torch.where(counted, psnr, 0.0).sum() / counted.sum().clamp(min=1)
