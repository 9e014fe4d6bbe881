"""Which samples a gallery shows, and which part of each: where it came out worst."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import polars as pl

from rr_tasks.evaluation.images.artefacts.catalogue import ARTEFACTS
from rr_tasks.evaluation.images.sets import divide
from rr_tasks.evaluation.images.trial import Restored, Trial
from rr_tasks.photographs.pixels import Bytes
from schemas.prior.current import DEGRADATIONS

WORST = 10
"""How many of the worst are shown of each type."""

SIDE = 224
"""Longest side of a crop, in pixels of the photograph."""

_CLEAN = "clean"


@dataclass(frozen=True)
class Exhibit:
    """A crop of one sample, at its full size, and what is said of it.

    Attributes:
        title: its rank in the section.
        gain: what degrades it, and its PSNR before and after.
        clean: at most (`SIDE`, `SIDE`, 3) sRGB bytes.
        degraded: likewise.
        restored: likewise.
        caption: its photograph, what was done, what is true and what was found, and artefacts.
    """

    title: str
    gain: str
    clean: Bytes
    degraded: Bytes
    restored: Bytes
    caption: str


def choose(rows: pl.DataFrame) -> dict[str, dict[str, str]]:
    """Choose what to show: the title of each sample by its key, in each section.

    Args:
        rows: columns of `rr_tasks.evaluation.images.shard.COLUMNS`.

    Returns:
        A section for each type of degradation, and one for clean photographs, if there are any:
        the sample with the median gain in PSNR, and those with the least.
    """
    sets = divide(rows.drop_nulls("psnr_after"))
    parts: dict[str, pl.DataFrame] = {
        **{name: sets[f"with {name}"] for name in DEGRADATIONS},
        _CLEAN: sets.get(_CLEAN, rows.clear()),
    }
    return {name: _rank(part) for name, part in parts.items() if not part.is_empty()}


def _rank(rows: pl.DataFrame) -> dict[str, str]:
    ordered = rows.sort(pl.col("psnr_after") - pl.col("psnr_before"), "key")["key"].to_list()
    middle = len(ordered) // 2
    worst = {key: f"worst {rank}" for rank, key in enumerate(ordered[: min(WORST, middle)], 1)}
    return {ordered[middle]: "median", **worst}


def hang(trial: Trial, rows: pl.DataFrame) -> dict[str, list[Exhibit]]:
    """Restore the chosen samples once more and cut out where they came out worst.

    Args:
        trial: that of the rows.
        rows: those of `evaluate_shard`.

    Raises:
        ShardDamagedError: one of them has been damaged since the rows were made.
    """
    chosen = choose(rows)
    told = {row["key"]: row for row in rows.rows(named=True)}
    keys = {key for titles in chosen.values() for key in titles}
    crops = {key: _crop(found) for key, found in trial.pick(keys)}
    return {
        section: [
            Exhibit(title, _gain(told[key]), *crops[key], _caption(told[key]))
            for key, title in titles.items()
        ]
        for section, titles in chosen.items()
    }


def _crop(found: Restored) -> tuple[Bytes, Bytes, Bytes]:
    """Cut the square with the largest error out of the clean, degraded and restored photograph."""
    image = found.degraded if found.image is None else found.image
    error = np.square(image.astype(np.float32) - found.clean).mean(axis=2)
    height, width = (min(SIDE, length) for length in error.shape)
    summed = cv2.boxFilter(error, -1, (width, height), anchor=(0, 0))
    inside = summed[: error.shape[0] - height + 1, : error.shape[1] - width + 1]
    top, left = np.unravel_index(np.argmax(inside), inside.shape)
    area = np.s_[top : top + height, left : left + width]
    clean, degraded, restored = (
        np.ascontiguousarray(picture[area]) for picture in (found.clean, found.degraded, image)
    )
    return clean, degraded, restored


def _gain(row: Mapping[str, Any]) -> str:
    return f"{row['combination']}, {row['psnr_before']:.1f} -> {row['psnr_after']:.1f} dB"


def _caption(row: Mapping[str, Any]) -> str:
    sizes = (f"{name} {row[f'{name}_after']:.2f}" for name in ARTEFACTS if _measured(row, name))
    return (
        f"{row['photograph']}, {row['outcome']}. True: {_severities(row, 'true')}. "
        f"Found: {_severities(row, 'found')}. {', '.join(sizes)}"
    )


def _measured(row: Mapping[str, Any], name: str) -> bool:
    return row[f"{name}_after"] is not None


def _severities(row: Mapping[str, Any], side: str) -> str:
    found = {name: row[f"{side}_{name}"] or 0.0 for name in DEGRADATIONS}
    return ", ".join(f"{name} {value:.0f}" for name, value in found.items() if value) or "nothing"
