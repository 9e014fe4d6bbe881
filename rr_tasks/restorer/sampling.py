"""Follows a flow from its source to a clean image."""

from itertools import pairwise

import torch

from rr_tasks.restorer.protocol import ConditionT, Restorer


def regress(restorer: Restorer[ConditionT], condition: ConditionT) -> torch.Tensor:
    """Take one step from the source's mean: the minimum-mean-square-error restoration.

    Returns:
        (B, 3, H, W) in 0-1.
    """
    return walk(restorer, condition, restorer.source(condition).mean, steps=1)


def walk(
    restorer: Restorer[ConditionT], condition: ConditionT, start: torch.Tensor, steps: int
) -> torch.Tensor:
    """Integrate dx/dt = v from t = 1 to 0 by Euler steps of equal length.

    Args:
        restorer: the flow.
        condition: from `restorer.prepare`.
        start: the point at t = 1, (B, ...).
        steps: 1 or more.

    Returns:
        (B, 3, H, W) in 0-1.
    """
    x = start
    times = torch.linspace(1.0, 0.0, steps + 1).tolist()
    for now, following in pairwise(times):
        t = torch.full((len(x),), now, device=x.device)
        x = x + (following - now) * restorer.velocity(x, t, condition)
    return restorer.decode(x, condition)
