"""Counts what runs do, in files from which `rr metrics` reads, also after the run has ended.

Without `PROMETHEUS_MULTIPROC_DIR`, nothing is counted and no library is loaded.
"""

import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prometheus_client import Counter

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""Names the folder of the files, which the processes of one machine or container share."""


def count_work(work: str, *, done: int, failed: int, pixels: int) -> None:
    """Count photographs or steps of a piece of work, and the pixels that were worked on."""
    for name, amount in {
        "rr_work_done": done,
        "rr_work_failed": failed,
        "rr_megapixels": pixels / 1e6,
    }.items():
        if amount > 0:
            _add(name, work, amount)


def count_failures(reasons: Mapping[str, int]) -> None:
    """Count the photographs of a run over an archive that failed, by reason."""
    for reason, number in reasons.items():
        _add("rr_failures", reason, number)


COUNTERS = {
    "rr_work_done": ("work", "Photographs, samples or steps that are done, failed ones included"),
    "rr_work_failed": ("work", "Photographs or samples that could not be used"),
    "rr_megapixels": ("work", "Millions of pixels that were worked on"),
    "rr_failures": ("reason", "Photographs that failed in runs over archives"),
}
"""The label and the meaning of each; Prometheus adds _total to the names."""


def _add(name: str, label: str, amount: float) -> None:
    if os.environ.get(FOLDER):
        _counter(name).labels(label).inc(amount)


@cache
def _counter(name: str) -> "Counter":
    Path(os.environ[FOLDER]).mkdir(parents=True, exist_ok=True)
    from prometheus_client import Counter  # noqa: PLC0415 - it looks for the folder

    label, meaning = COUNTERS[name]
    return Counter(name, meaning, [label])
