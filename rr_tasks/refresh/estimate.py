"""Estimates how long a refresh will take from a few samples."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from rr_tasks.plural import say_count
from rr_tasks.reasoner.annotation import diagnose_shard
from rr_tasks.reasoner.protocol import Reasoner
from rr_tasks.refresh.plan import ShardState

MEASURED = 16
"""How many samples are diagnosed to measure the time of one."""


@dataclass(frozen=True)
class Estimate:
    """How many samples have to be diagnosed, the seconds for each, and how many were measured."""

    samples: int
    seconds: float
    measured: int

    def __str__(self) -> str:
        whole = timedelta(seconds=round(self.samples * self.seconds))
        return (
            f"About {whole} (h:mm:ss) for {say_count(self.samples, 'sample')}, at "
            f"{self.seconds:.3f} s each as measured just now on {self.measured} of them, one "
            "shard at a time on this machine. Reading is included; writing and comparing are not."
        )


def estimate_time(
    shards: str, pending: Sequence[ShardState], reasoner: Reasoner
) -> Estimate | None:
    """Time the diagnosis of the first samples of a pending shard; None if no sample is pending.

    The first sample is diagnosed once before, because that includes one-time costs.
    """
    samples = sum(one.samples for one in pending)
    if not samples:
        return None
    fullest = max(pending, key=lambda one: one.samples)
    for most in (1, MEASURED):
        began = time.perf_counter()
        measured = sum(1 for _ in diagnose_shard(shards, reasoner, fullest.shard, most))
        seconds = time.perf_counter() - began
    return Estimate(samples, seconds / measured, measured)
