"""Shows clean photographs as people keep them, and counts those that would not be left alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import polars as pl

from rr_tasks.degrade.lookalikes.choice import imitate
from rr_tasks.evaluation.diagnosis.sample import check_size
from rr_tasks.evaluation.interval import compute_intervals
from rr_tasks.photographs.pixels import Bytes
from rr_tasks.reasoner.evidence import explain_guess
from rr_tasks.treatment.choice import choose_treatment
from schemas.lookalike import LookalikeKind, LookalikeRecipe
from schemas.prior.current import DEGRADATIONS, DiagnosticPrior

AS_IT_IS = "as it is"
LOOKALIKES: tuple[LookalikeKind, ...] = ("bokeh", "motion", "grain", "mist")
LOOKS = (AS_IT_IS, *LOOKALIKES)
VIEWS = ("full size", "half size", "JPEG 85")
ALL = "all"

_QUALITY = 85


@dataclass(frozen=True)
class Keepsake:
    """A clean photograph: what it looks like, how it is kept, and (H, W, 3) sRGB bytes."""

    look: str
    view: str
    image: Bytes


def show_clean(photograph: Bytes, seed: tuple[int, ...]) -> Iterator[Keepsake]:
    """Show a clean photograph as it is and as each lookalike, in every view.

    Args:
        photograph: (H, W, 3) sRGB bytes.
        seed: decides the draws of the lookalikes.

    Raises:
        UnusablePhotographError: it is smaller than 32 pixels on a side.
    """
    check_size(photograph)
    for number, look in enumerate(LOOKS):
        rng = np.random.default_rng((*seed, number))
        image = photograph
        if look != AS_IT_IS:
            image = imitate(photograph, LOOKALIKES[number - 1], LookalikeRecipe(), rng)
        half = [length // 2 for length in image.shape[1::-1]]
        smaller = np.asarray(cv2.resize(image, half, interpolation=cv2.INTER_AREA), np.uint8)
        for view, shown in zip(VIEWS, (image, smaller, _save(image)), strict=True):
            yield Keepsake(look, view, shown)


def name_undone(image: Bytes, prior: DiagnosticPrior) -> str:
    """Name what `rr restore` would undo by default, such as `blur+noise`; nothing is empty."""
    if explain_guess(image) is not None:
        return ""
    wanted = choose_treatment(prior)
    return "+".join(wanted.present()) if wanted else ""


def touched(rows: pl.DataFrame, seed: int = 0) -> pl.DataFrame:
    """Compute the share of clean photographs that would not be left alone.

    Args:
        rows: `photograph`, `look`, `view` and `undone` (see `name_undone`).
        seed: decides the draws of the intervals.

    Returns:
        For each `look` and `view`, and for all of either: the number of `samples`, the share that
            is `touched` with its 95 % interval `low` and `high`, and how many of them would be
            treated for each type.
    """
    figures = []
    for look in (*LOOKS, ALL):
        for view in (*VIEWS, ALL):
            some = rows.filter(
                (pl.col("look") == look) | pl.lit(look == ALL),
                (pl.col("view") == view) | pl.lit(view == ALL),
            )
            undone = pl.col("undone") != ""
            share = compute_intervals(some, {"touched": [undone]}, seed)["touched"]
            counts = [some["undone"].str.contains(name).sum() for name in DEGRADATIONS]
            figures.append((look, view, len(some), *share, *counts))
    columns: dict[str, Any] = {"look": pl.String, "view": pl.String, "samples": pl.Int64}
    columns |= dict.fromkeys(("touched", "low", "high"), pl.Float64)
    columns |= dict.fromkeys(DEGRADATIONS, pl.Int64)
    return pl.DataFrame(figures, schema=columns, orient="row")


def _save(image: Bytes) -> Bytes:
    bgr = cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
    _, packed = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR_RGB), np.uint8)
