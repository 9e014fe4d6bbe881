"""Flow-GRPO: makes the steps of the better members of a group more likely (arXiv 2505.05470)."""

from dataclasses import dataclass

import torch

from rr_tasks.alignment.policy import Policy
from rr_tasks.alignment.rollouts import Rollout, describe
from rr_tasks.alignment.steps import Step
from rr_tasks.alignment.walks import Exploration, Taken, branch, repeat
from rr_tasks.training.objective import Losses
from schemas.alignment import RatioName


@dataclass(frozen=True)
class TrustRegion:
    """How far a policy may move from the one that made the restorations.

    Args:
        ratio: `clip` bounds the ratio of probabilities, as PPO does; `mask` leaves out members for
            which the divergence is larger and would grow (Flow-DPPO, arXiv 2606.11025).
        limit: of the ratio, from 1, or of the divergence.
    """

    ratio: RatioName
    limit: float


def grpo_loss(
    policy: Policy,
    rollout: Rollout,
    exploration: Exploration,
    *,
    region: TrustRegion,
    kl_weight: float,
) -> Losses:
    """Compute minus the advantages that are expected, plus the divergence from the start.

    Returns:
        `loss`; `kl`, the divergence of the steps from those of the start; `ratio` and
        `ratio_spread`, mean and standard deviation over members; `clipped`, the share of members
        that the trust region keeps from teaching; and what `describe` says.
    """
    restorer, condition = policy.restorer, rollout.condition
    values, alive = (part.flatten() for part in rollout.advantages[:2])
    found = []
    for number, taken in enumerate(rollout.steps):
        told = repeat(condition, exploration.members) if number else condition
        place = (told, taken.x, taken.now, taken.following)
        with policy.at_start():
            start = exploration.step(restorer, *place)
        step = exploration.step(restorer, *place)
        kl = step.divergence(start.mean).mean()
        ratio, moved = compare(step if number else branch(step, exploration.members), taken)
        gain, clipped = _limit(ratio, values, moved, region)
        found.append(
            {
                "loss": kl_weight * kl - _mean(gain, alive),
                "kl": kl.detach(),
                "ratio": ratio.detach().mean(),
                "ratio_spread": ratio.detach().std(),
                "clipped": _mean(clipped.float(), alive),
            }
        )
    means = {name: torch.stack([one[name] for one in found]).mean() for name in found[0]}
    return means | describe(rollout)


def compare(step: Step, taken: Taken) -> tuple[torch.Tensor, torch.Tensor]:
    """Compare the probability of a step that was taken with what it was then.

    The mean of the plain ratio is below 1, the more so the less noise there is, and its spread
    depends on the noise too; both are taken out (GRPO-Guard, arXiv 2510.22319).

    Returns:
        The ratio (B,), and the divergence (B,) of the step from what it was.
    """
    moved = step.divergence(taken.mean)
    plain = step.log_probability(taken.end) - taken.log_probability
    return (step.spread * (plain + moved)).exp(), moved


def _limit(
    ratio: torch.Tensor, advantages: torch.Tensor, moved: torch.Tensor, region: TrustRegion
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return gains (B,) within the trust region, and which members (B,) it stops."""
    gain, away = ratio * advantages, (ratio - 1) * advantages > 0
    if region.ratio == "mask":
        stopped = away & (moved > region.limit)
        return torch.where(stopped, gain.detach(), gain), stopped
    bounded = ratio.clamp(1 - region.limit, 1 + region.limit) * advantages
    return torch.minimum(gain, bounded), bounded < gain


def _mean(values: torch.Tensor, counted: torch.Tensor) -> torch.Tensor:
    """Average the counted values (B,); 0 if none counts."""
    return torch.where(counted, values, 0.0).sum() / counted.sum().clamp(min=1)
