"""Follows a flow from its source to a clean image."""

from collections.abc import Sequence
from itertools import pairwise

import torch

from rr_tasks.restorer.protocol import ConditionT, Place, Restorer

ONE_STEP = (1.0, 0.0)
"""The times of a walk of a single step."""


def restore_parts(
    restorer: Restorer[ConditionT], condition: ConditionT, places: Sequence[Place]
) -> torch.Tensor:
    """Restore parts of photographs as in use: from where the restorer begins, by its own times.

    Args:
        restorer: the flow.
        condition: of the parts, from `restorer.prepare`.
        places: where each part lies in its photograph.

    Returns:
        (B, 3, H, W) in 0-1.
    """
    return walk(restorer, condition, restorer.begin(condition, places), restorer.times(condition))


def walk(
    restorer: Restorer[ConditionT],
    condition: ConditionT,
    start: torch.Tensor,
    times: Sequence[float],
) -> torch.Tensor:
    """Integrate dx/dt = v from t = 1 to 0 by Euler steps.

    Args:
        restorer: the flow.
        condition: from `restorer.prepare`.
        start: the point at t = 1, (B, ...).
        times: those between which the steps lie, from 1 to 0.

    Returns:
        (B, 3, H, W) in 0-1.
    """
    return restorer.decode(follow(restorer, condition, start, times), condition)


def follow(
    restorer: Restorer[ConditionT],
    condition: ConditionT,
    start: torch.Tensor,
    times: Sequence[float],
) -> torch.Tensor:
    """Take the Euler steps of `walk` between any times; return the point at the last, (B, ...)."""
    x = start
    for now, following in pairwise(times):
        x = x + (following - now) * velocity_at(restorer, x, now, condition)
    return x


def velocity_at(
    restorer: Restorer[ConditionT], x: torch.Tensor, time: float, condition: ConditionT
) -> torch.Tensor:
    """Return the velocity at points (B, ...) that are all at one time."""
    return restorer.velocity(x, torch.full((len(x),), time, device=x.device), condition)
