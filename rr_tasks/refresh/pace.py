"""How long a refresh will take, judged by a few samples."""

import time
from dataclasses import dataclass
from itertools import islice

from rr_tasks.reasoner.annotation import diagnoses
from rr_tasks.reasoner.edge import EdgeReasoner

MEASURED = 16
"""Samples that are diagnosed to find out how long one takes."""


@dataclass(frozen=True)
class Pace:
    """Seconds for each sample, and on how many of them that was measured."""

    measured: int
    seconds: float


def measure_pace(shards: str, shard: int, reasoner: EdgeReasoner) -> Pace:
    """Read and diagnose the first samples of a shard that has some, and keep nothing.

    The second of two rounds counts: the first one pays for everything that happens only once.
    """
    for _ in range(2):
        began = time.perf_counter()
        measured = sum(1 for _ in islice(diagnoses(shards, reasoner, shard), MEASURED))
        seconds = time.perf_counter() - began
    return Pace(measured, seconds / measured)
