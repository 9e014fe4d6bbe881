"""How good the candidate is beside the restorer that was in use, with intervals."""

from typing import NamedTuple

import polars as pl

from rr_tasks.evaluation.images.sets import DEGRADED, divide
from rr_tasks.evaluation.interval import Interval, compute_intervals
from schemas.prior.current import DEGRADATIONS

SETS = ("clean", *DEGRADATIONS, DEGRADED)
"""Photographs that need nothing, those with one type of degradation, and all degraded ones."""


class Figures(NamedTuple):
    """Means over a set of samples, with 95 % intervals over photographs.

    PSNR is in dB, of the degraded photograph, as restored so far, and by the candidate; `gain` is
    the last less the one before. `worse` are the shares of samples whose PSNR is lower than that of
    the degraded photograph, so far and by the candidate, and `severity` is what the judge of the
    evaluation still finds, likewise.
    """

    name: str
    samples: int
    before: Interval
    so_far: Interval
    candidate: Interval
    gain: Interval
    worse: tuple[Interval, Interval]
    severity: tuple[Interval, Interval]


def compare_restorers(so_far: pl.DataFrame, candidate: pl.DataFrame) -> list[Figures]:
    """Compare two evaluations of the same samples, set by set.

    Args:
        so_far: rows of `rr_tasks.evaluation.images.shard.COLUMNS` for the restorer in use.
        candidate: rows for the candidate. Samples that one of them lacks are left out.
    """
    other = candidate.drop_nulls("psnr_after").select(
        "key", other_after="psnr_after", other_severity="severity_after"
    )
    rows = so_far.drop_nulls("psnr_after").join(other, on="key", maintain_order="left")
    sets = divide(rows)
    return [_compare(name, sets[name]) for name in SETS if name in sets and len(sets[name])]


def _compare(name: str, rows: pl.DataFrame) -> Figures:
    before, ours, theirs = (pl.col(name) for name in ("psnr_before", "psnr_after", "other_after"))
    found = compute_intervals(
        rows,
        {
            "before": [before],
            "so_far": [ours],
            "candidate": [theirs],
            "gain": [theirs - ours],
            "worse": [ours < before],
            "candidate_worse": [theirs < before],
            "severity": [pl.col("severity_after")],
            "candidate_severity": [pl.col("other_severity")],
        },
    )
    worse = found.pop("worse"), found.pop("candidate_worse")
    severity = found.pop("severity"), found.pop("candidate_severity")
    return Figures(name=name, samples=len(rows), worse=worse, severity=severity, **found)
