"""Decides whether a candidate replaces the champion."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from rr_tasks.evaluation.images.metrics import quality_table
from rr_tasks.evaluation.images.sets import DEGRADED
from schemas.prior.current import DEGRADATIONS
from schemas.promotion import Verdict

NEEDED_GAIN_DB = 0.02
NEEDED_FALL, ALLOWED_LOSS_DB = 0.1, 0.05
CLEAN_FLOOR_DB = 35.0

_Means = Mapping[str, Any]
"""A row of a table of quality."""


def compare(champion: pl.DataFrame, candidate: pl.DataFrame) -> Verdict:
    """Compare two evaluations of the same set.

    The candidate must gain at least 0.02 dB of mean PSNR over all degraded samples, or leave at
    least a tenth less severity, as the judge expects it, at a loss of at most 0.05 dB and without a
    larger share of samples that are made worse. It must not leave a tenth more severity, must not
    make any single type worse than the degraded input, and must keep clean photographs at 35 dB, or
    at the champion's value if that is lower. If the reasoner diagnosed no photograph of one of
    these sets, nothing is promoted.

    Args:
        champion: rows of `read_evaluation` for the weights in use.
        candidate: rows for the weights that may replace them.
    """
    so_far, tried = _describe(champion), _describe(candidate)
    old, new = so_far[DEGRADED], tried[DEGRADED]
    gain, fall = new["psnr_after"] - old["psnr_after"], _compute_fall(old, new)
    harmed = [name for name in DEGRADATIONS if name in tried and tried[name]["gain_db"] < 0]
    clean, floor = tried["clean"]["psnr_after"], min(CLEAN_FLOOR_DB, so_far["clean"]["psnr_after"])
    undiagnosed, already = _find_undiagnosed(candidate, tried), champion.equals(candidate)
    before, after = f"{old['psnr_after']:.2f}", f"{new['psnr_after']:.2f} dB"
    cleaner, dirtier = fall >= NEEDED_FALL, fall <= -NEEDED_FALL
    better = gain >= NEEDED_GAIN_DB
    worse = f"{old['share_worse']:.1%} to {new['share_worse']:.1%}"
    faithful = gain >= -ALLOWED_LOSS_DB and new["share_worse"] <= old["share_worse"]
    if undiagnosed:
        reason = (
            f"kept the champion: no photograph with {', '.join(undiagnosed)} could be diagnosed"
        )
    elif already:
        reason = f"the candidate is the champion already: {after} on degraded photographs"
    elif not better and not cleaner:
        reason = f"kept the champion: {after} is not {NEEDED_GAIN_DB} dB above its {before}"
    elif not better and not faithful:
        reason = (
            f"kept the champion: {fall:.0%} less severity is left, but PSNR goes from {before} to "
            f"{after}, and the share that is made worse from {worse}"
        )
    elif dirtier:
        reason = f"kept the champion: {-fall:.0%} more severity is left, though it is {after}"
    elif harmed:
        reason = f"kept the champion: the candidate makes {', '.join(harmed)} worse than the input"
    elif clean < floor:
        reason = f"kept the champion: clean photographs fall to {clean:.2f} dB (floor {floor:.2f})"
    elif better:
        reason = f"promoted: {after} on degraded photographs, the champion has {before}"
    else:
        reason = (
            f"promoted: {fall:.0%} less severity is left, at {after}; the champion has {before}"
        )
    return Verdict(
        promoted=reason.startswith("promoted"),
        already=already,
        reason=reason,
        champion_psnr=old["psnr_after"],
        candidate_psnr=new["psnr_after"],
        champion_severity=old["severity_after"],
        candidate_severity=new["severity_after"],
    )


def _describe(rows: pl.DataFrame) -> dict[str, _Means]:
    """Return means by set; where nothing was diagnosed there is no severity, and all else is 0."""
    columns = pl.col("psnr_after", "gain_db", "share_worse")
    table = quality_table(rows).with_columns(columns.fill_null(0.0))
    return {means["set"]: means for means in table.rows(named=True)}


def _compute_fall(old: _Means, new: _Means) -> float:
    """Return the share of the residual severity that is gone, 0 if nobody judged."""
    was, is_left = old["severity_after"], new["severity_after"]
    return 0.0 if not was or is_left is None else 1 - is_left / was


def _find_undiagnosed(rows: pl.DataFrame, sets: Mapping[str, _Means]) -> list[str]:
    needed = {*rows["combination"], DEGRADED}
    return [name for name, means in sets.items() if name in needed and means["samples"] == 0]
