"""Tests whether a judge can tell better from worse: what it rewards is what is learned."""

from collections.abc import Iterator, Sequence

import cv2
import numpy as np
import polars as pl

from rr_tasks.alignment.rewards.restorations import Restorations
from rr_tasks.alignment.rewards.severity import VISIBLE, expect_parts
from rr_tasks.evaluation.diagnosis.blend import rank_blends
from rr_tasks.photographs.pixels import Bytes
from rr_tasks.reasoner.protocol import Reasoner
from schemas.errors import ExpectedError
from schemas.prior.current import DEGRADATIONS

_SHARES = np.linspace(0.0, 1.0, 6)
_FEWEST = 3
"""Photographs from which something can be said against a judge."""


class UnsoundJudgeError(ExpectedError, ValueError):
    """A judge does not find more of a degradation where there is more of it."""


def check_judge(judge: Reasoner, restorations: Restorations, least: float) -> None:
    """Make sure that severities rise from clean photographs to degraded and to restored ones.

    Restorers leave what no camera makes, so a judge that is right about degraded photographs may
    still be wrong about theirs.

    Args:
        judge: the reasoner.
        restorations: of photographs of which the truth is known.
        least: the lowest rank correlation by which a judge is fit to reward.

    Raises:
        UnsoundJudgeError: the rank correlation of a type is lower, or the judge finds nothing in
            any of the degraded photographs.
    """
    for kind in ("degraded", "restored"):
        figures = measure_soundness(judge, restorations.clean, getattr(restorations, kind))
        if kind == "degraded" and figures.is_empty() and len(restorations) >= _FEWEST:
            raise UnsoundJudgeError(
                f"the judge is not fit to reward restorations: in none of {len(restorations)} "
                "degraded photographs does it find anything that it does not find in the clean "
                "one; choose another judge, train it further, or synthesize more samples"
            )
        weak = figures.filter((pl.col("photographs") >= _FEWEST) & (pl.col("spearman") < least))
        for row in weak.iter_rows(named=True):
            raise UnsoundJudgeError(
                f"the judge is not fit to reward restorations: in blends of clean and {kind} "
                f"photographs, the severity of {row['type']} that it expects follows their shares "
                f"with a median rank correlation of {row['spearman']:.2f} ({row['photographs']} "
                f"photographs), and needs {least:g}; choose another judge, or train it further"
            )


def measure_soundness(
    judge: Reasoner, clean: Sequence[Bytes | None], images: Sequence[Bytes]
) -> pl.DataFrame:
    """Correlate the share of an image in its blends with the clean one and the expected severity.

    A type counts where the judge expects 10 points more of it in the image than in the clean one:
    what is gone has no order. Images whose clean one is unknown do not count.

    Returns:
        For each `type` that was found: how many `photographs` it was found in, and `spearman`, the
        median of their rank correlations. A mean of so few would be decided by a single one in
        which the judge errs.
    """
    rows = [
        row
        for place, (truth, image) in enumerate(zip(clean, images, strict=True))
        if truth is not None
        for row in _show_blends(judge, truth, image, place)
    ]
    ranked = rank_blends(pl.DataFrame(rows, schema=_COLUMNS, orient="row"))
    grouped = ranked.group_by(pl.col("combination").alias("type"))
    return grouped.agg(photographs=pl.len(), spearman=pl.col("spearman").median()).sort("type")


_COLUMNS = {
    "photograph": pl.String,
    "combination": pl.String,
    "share": pl.Float64,
    "expected": pl.Float64,
}


def _show_blends(
    judge: Reasoner, clean: Bytes, image: Bytes, place: int
) -> Iterator[tuple[str, str, float, float]]:
    blends = [
        np.asarray(cv2.addWeighted(clean, 1 - share, image, share, 0.0), np.uint8)
        for share in _SHARES
    ]
    expected = expect_parts(judge, blends)[:, 0]
    for name, severities in zip(DEGRADATIONS, expected.T, strict=True):
        if severities[-1] - severities[0] >= VISIBLE:
            for share, severity in zip(_SHARES, severities, strict=True):
                if not np.isnan(severity):
                    yield str(place), name, float(share), float(severity)
