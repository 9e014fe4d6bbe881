"""Finds what is restored worst, because alignment gains most there (IRPO, arXiv 2512.00814).

As photographs improve, others become the worst, and these return to those that are only learned
from their truth (arXiv 2511.01645).
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch

from rr_tasks.alignment.rewards.severity import expect_parts
from rr_tasks.alignment.rollouts import prepare, show
from rr_tasks.device import autocast
from rr_tasks.photographs.pixels import Bytes
from rr_tasks.reasoner.protocol import Reasoner
from rr_tasks.restorer.protocol import Place, Restorer
from rr_tasks.restorer.sampling import restore_parts
from rr_tasks.training.flow import FlowBatch


class Sorted(NamedTuple):
    """Photographs by how well they are restored; `rest` may be empty."""

    worst: FlowBatch
    rest: FlowBatch


def sort_out(
    restorer: Restorer[Any], photographs: FlowBatch, judge: Reasoner, count: int
) -> Sorted:
    """Restore photographs as in use, and tell those in which the judge still finds most.

    Those about which its answer cannot be parsed are not among them.

    Args:
        restorer: restores.
        photographs: on its device.
        judge: expects severities.
        count: how many are the worst.
    """
    severities = expect_parts(judge, _restore(restorer, photographs))[:, 0].sum(1)
    order = np.argsort(-np.nan_to_num(severities, nan=-1.0), kind="stable")
    return Sorted(*(pick(photographs, sorted(part)) for part in (order[:count], order[count:])))


def _restore(restorer: Restorer[Any], photographs: FlowBatch) -> list[Bytes]:
    """Restore photographs one by one, as (H, W, 3) bytes."""
    restored: list[Bytes] = []
    for place in range(len(photographs.priors)):
        one = pick(photographs, [place])
        with torch.no_grad(), autocast(restorer.device):
            condition = prepare(restorer, one)
            restored += show(restore_parts(restorer, condition, [Place(0, 0)]).float())
    return restored


def pick(photographs: FlowBatch, places: Sequence[int]) -> FlowBatch:
    """Pick photographs by their places in a batch."""
    chosen = torch.tensor(list(places), dtype=torch.long, device=photographs.clean.device)
    clean, degraded, guides = (tensor[chosen] for tensor in photographs[:3])
    return FlowBatch(clean, degraded, guides, tuple(photographs.priors[at] for at in places))
