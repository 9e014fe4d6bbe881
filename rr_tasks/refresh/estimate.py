"""How long a refresh will take, judged by a few samples."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice

from rr_tasks.reasoner.annotation import diagnoses
from rr_tasks.reasoner.protocol import Reasoner
from rr_tasks.refresh.plan import ShardState

MEASURED = 16
"""Samples that are diagnosed to find out how long one takes."""


@dataclass(frozen=True)
class Estimate:
    """Samples to diagnose, seconds that each took, and on how many of them that was measured."""

    samples: int
    seconds: float
    measured: int

    def __str__(self) -> str:
        whole = timedelta(seconds=round(self.samples * self.seconds))
        return (
            f"About {whole} (h:mm:ss) for {self.samples:,} samples, at {self.seconds:.3f} s each "
            f"as measured just now on {self.measured} of them, one shard at a time on this "
            "machine. Reading is included; writing and comparing are not."
        )


def estimate(shards: str, pending: Sequence[ShardState], reasoner: Reasoner) -> Estimate | None:
    """Diagnose the first samples of a pending shard and keep nothing; None if there is no sample.

    The second of two rounds counts: the first one pays for what happens only once.
    """
    samples = sum(one.samples for one in pending)
    if not samples:
        return None
    fullest = max(pending, key=lambda one: one.samples)
    for _ in range(2):
        began = time.perf_counter()
        measured = sum(1 for _ in islice(diagnoses(shards, reasoner, fullest.shard), MEASURED))
        seconds = time.perf_counter() - began
    return Estimate(samples, seconds / measured, measured)
