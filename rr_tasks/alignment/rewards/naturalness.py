"""Rewards restorations whose pixels vary as those of good photographs do."""

import math

from rr_tasks.alignment.rewards.restorations import Restorations
from rr_tasks.evaluation.images.niqe import measure_niqe

_MUCH = 5.0
_NO_TEXTURE = -1.0


def naturalness(restorations: Restorations) -> list[float]:
    """Reward by how much restorations are more natural than the photographs (NIQE).

    Returns:
        -1 to 1 for each restoration: tanh((NIQE before - NIQE after) / 5); -1 if all texture is
        gone, and 0 if the photograph is too small or had none.
    """
    distinct = {id(image): image for image in restorations.degraded}
    known = {name: measure_niqe(image) for name, image in distinct.items()}
    return [
        _compare(known[id(degraded)], measure_niqe(restored))
        for degraded, restored in zip(restorations.degraded, restorations.restored, strict=True)
    ]


def _compare(before: float | None, after: float | None) -> float:
    if before is None:
        return 0.0
    return _NO_TEXTURE if after is None else math.tanh((before - after) / _MUCH)
