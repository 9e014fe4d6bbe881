"""Decides whether a candidate replaces the champion."""

import polars as pl

from rr_tasks.evaluation.images.metrics import quality_table
from schemas.prior.current import DEGRADATIONS
from schemas.promotion import Verdict

NEEDED_GAIN_DB = 0.02
CLEAN_FLOOR_DB = 35.0


def compare(champion: pl.DataFrame, candidate: pl.DataFrame) -> Verdict:
    """Compare two evaluations of the same set.

    The candidate must gain at least 0.02 dB of mean PSNR over all degraded samples, must not make
    any single type worse than the degraded input, and must keep clean photographs at 35 dB, or at
    the champion's value if that is lower. If the reasoner diagnosed no photograph of one of these
    sets, nothing is promoted.

    Args:
        champion: rows of `read_evaluation` for the weights in use.
        candidate: rows for the weights that may replace them.
    """
    old, new = _psnr(champion, "all degraded"), _psnr(candidate, "all degraded")
    harmed = [name for name in DEGRADATIONS if _harms(candidate, name)]
    floor = min(CLEAN_FLOOR_DB, _psnr(champion, "clean"))
    clean = _psnr(candidate, "clean")
    unjudged, already = _find_undiagnosed_sets(candidate), champion.equals(candidate)
    if unjudged:
        reason = f"kept the champion: no photograph with {', '.join(unjudged)} could be diagnosed"
    elif already:
        reason = f"the candidate is the champion already: {new:.2f} dB on degraded photographs"
    elif new < old + NEEDED_GAIN_DB:
        reason = f"kept the champion: {new:.2f} dB is not {NEEDED_GAIN_DB} dB above its {old:.2f}"
    elif harmed:
        reason = f"kept the champion: the candidate makes {', '.join(harmed)} worse than the input"
    elif clean < floor:
        reason = f"kept the champion: clean photographs fall to {clean:.2f} dB (floor {floor:.2f})"
    else:
        reason = f"promoted: {new:.2f} dB on degraded photographs, the champion has {old:.2f}"
    return Verdict(
        promoted=reason.startswith("promoted"),
        already=already,
        reason=reason,
        champion_psnr=old,
        candidate_psnr=new,
    )


def _find_undiagnosed_sets(rows: pl.DataFrame) -> list[str]:
    sets = quality_table(rows).filter(pl.col("samples") == 0)["set"].to_list()
    needed = {*rows["combination"], "all degraded"}
    return [name for name in sets if name in needed]


def _psnr(rows: pl.DataFrame, name: str) -> float:
    mean = quality_table(rows).filter(pl.col("set") == name)["psnr_after"].item()
    return float(mean or 0.0)  # null where nothing was diagnosed


def _harms(rows: pl.DataFrame, name: str) -> bool:
    single = quality_table(rows).filter(pl.col("set") == name)
    return bool(single.height and (single["gain_db"].item() or 0.0) < 0)
