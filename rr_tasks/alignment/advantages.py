"""How much better each restoration of a photograph is than the others."""

from dataclasses import dataclass
from typing import NamedTuple

import torch

_SMALL = 1e-4
_LIMIT = 5.0


class Advantages(NamedTuple):
    """What a judge prefers among G groups of M members.

    Attributes:
        values: (G, M), in standard deviations of the group, at most 5; 0 where nothing is learned.
        alive: (G, M), true where something is.
        spreadless: share of groups whose members are too much alike.
        finished: share of groups that are too good already.
        unjudged: share of members without a reward.
    """

    values: torch.Tensor
    alive: torch.Tensor
    spreadless: torch.Tensor
    finished: torch.Tensor
    unjudged: torch.Tensor


@dataclass(frozen=True)
class Selection:
    """Which groups teach something.

    Args:
        least_spread: standard deviation of the rewards of a group, below which it is left out.
        highest_mean: mean reward above which it is left out; None for no limit.
    """

    least_spread: float
    highest_mean: float | None


def compare_members(rewards: torch.Tensor, selection: Selection) -> Advantages:
    """Compare the members of each group, as Flow-GRPO does (arXiv 2505.05470).

    Args:
        rewards: (G, M); NaN for a member without one, which is left out of its group.
        selection: the groups to learn from; one with fewer than two rewards has no spread.
    """
    judged = ~rewards.isnan()
    count = judged.sum(1, keepdim=True)
    known = torch.where(judged, rewards, 0.0)
    mean = known.sum(1, keepdim=True) / count.clamp(min=1)
    apart = torch.where(judged, rewards - mean, 0.0)
    spread = (apart.square().sum(1, keepdim=True) / count.clamp(min=1)).sqrt()
    spreadless = (spread < selection.least_spread) | (count < 2)
    highest = float("inf") if selection.highest_mean is None else selection.highest_mean
    finished = ~spreadless & (mean > highest)
    alive = judged & ~spreadless & ~finished
    values = (apart / (spread + _SMALL)).clamp(-_LIMIT, _LIMIT)
    return Advantages(
        torch.where(alive, values, 0.0),
        alive,
        spreadless.float().mean(),
        finished.float().mean(),
        (~judged).float().mean(),
    )
