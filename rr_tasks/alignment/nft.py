"""DiffusionNFT: flow matching towards better restorations and away from worse ones.

It needs neither probabilities nor a stochastic walk (arXiv 2509.16117).
"""

import torch

from rr_tasks.alignment.policy import Policy
from rr_tasks.alignment.rollouts import Rollout, describe
from rr_tasks.alignment.walks import Exploration, begin, repeat
from rr_tasks.restorer.flow import clean_end, point_at
from rr_tasks.restorer.sampling import velocity_at
from rr_tasks.training.objective import Losses

_LIMIT = 5.0
"""Advantage, in standard deviations, of what is certainly better."""

_LEAST_ERROR = 1e-5


def nft_loss(
    policy: Policy,
    rollout: Rollout,
    exploration: Exploration,
    *,
    strength: float,
    kl_weight: float,
    generator: torch.Generator,
) -> Losses:
    """Compute the errors of x0 by a better and by a worse velocity, weighted by the advantages.

    The velocity is learned at one of the times where walks explore. Better and worse velocities lie
    `strength` times the way from the one that acted to the one that learns, forwards and backwards.

    Returns:
        `loss`; `kl`, the squared distance of x0 from that of the start, in typical errors;
        `moved`, that from the one that acted; and what `describe` says.
    """
    restorer, members = policy.restorer, exploration.members
    number = int(torch.randint(exploration.window, (1,), generator=generator))
    time = exploration.times[number]
    x1 = begin(restorer, rollout.condition, len(rollout.start), generator)
    x, told = x1, rollout.condition
    if time < 1:
        x1, told = repeat((x1, told), members)
        x = point_at(torch.full((len(x1),), time, device=x1.device), rollout.x0, x1)
    t = torch.full((len(x),), time, device=x.device)

    def predict() -> torch.Tensor:
        clean = clean_end(x, t, velocity_at(restorer, x, time, told)).float()
        return clean if time < 1 else repeat(clean, members)

    with policy.at_start():
        start = predict()
    with policy.acting(), torch.no_grad():
        acted = predict()
    learned = predict()
    ahead = strength * (learned - acted)
    better = _relative_error(acted + ahead, rollout.x0)
    worse = _relative_error(acted - ahead, rollout.x0)
    values, alive = (part.flatten() for part in rollout.advantages[:2])
    wanted = 0.5 + 0.5 * (values / _LIMIT).clamp(-1.0, 1.0)
    errors = _LIMIT / strength * (wanted * better + (1 - wanted) * worse)
    kl, moved = (
        (learned - other).square().mean() / restorer.typical_error for other in (start, acted)
    )
    taught = torch.where(alive, errors, 0.0).sum() / alive.sum().clamp(min=1)
    losses = {"loss": taught + kl_weight * kl, "kl": kl.detach(), "moved": moved.detach()}
    return losses | describe(rollout)


def _relative_error(predicted: torch.Tensor, x0: torch.Tensor) -> torch.Tensor:
    """Return squared errors (B,) divided by mean absolute ones, which are not learned from."""
    apart = (predicted - x0).flatten(1)
    size = apart.detach().abs().mean(1).clamp(min=_LEAST_ERROR)
    return apart.square().mean(1) / size
