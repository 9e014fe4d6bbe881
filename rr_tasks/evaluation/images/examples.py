"""Pictures of an evaluation: typical samples degraded, restored and clean, side by side."""

import cv2
import numpy as np
import polars as pl

from rr_tasks.evaluation.images.trial import Trial
from rr_tasks.photographs.picture import encode_picture
from rr_tasks.photographs.pixels import Bytes
from schemas.prior.current import DEGRADATIONS

SHOWN = (*DEGRADATIONS, "haze+rain", "+".join(DEGRADATIONS))

_SIDE = 320
_CAPTION = 26
_QUALITY = 88


def draw_examples(trial: Trial, rows: pl.DataFrame) -> bytes:
    """Draw the sample with the median gain in PSNR for each of `SHOWN` that the rows hold.

    If they hold none of these sets, every set is shown.

    Args:
        trial: restores the samples once more.
        rows: the rows of `evaluate_shard` for this trial.

    Raises:
        ShardDamagedError: one of them has been damaged since the rows were made.

    Returns:
        A JPEG with a row for each set: the degraded, the restored and the clean photograph.
    """
    restored = rows.drop_nulls("psnr_after")
    held = set(restored["combination"])
    names = [name for name in SHOWN if name in held] or sorted(held)
    typical = {name: _pick_typical(restored, name) for name in names}
    found = dict(trial.pick(key for key, _, _ in typical.values()))
    strips = []
    for name, (key, before, after) in typical.items():
        one = found[key]
        image = one.degraded if one.image is None else one.image
        captions = (f"{name}: {before:.1f} dB", f"restored: {after:.1f} dB", "clean")
        pictures = zip((one.degraded, image, one.clean), captions, strict=True)
        strips.append(np.hstack([_add_caption(picture, caption) for picture, caption in pictures]))
    return encode_picture(np.vstack(strips), _QUALITY)


def _pick_typical(rows: pl.DataFrame, combination: str) -> tuple[str, float, float]:
    chosen = (
        rows.filter(pl.col("combination") == combination)
        .with_columns(gain=pl.col("psnr_after") - pl.col("psnr_before"))
        .sort("gain", "key")
    )
    row = chosen.row(chosen.height // 2, named=True)
    return row["key"], row["psnr_before"], row["psnr_after"]


def _add_caption(image: Bytes, caption: str) -> Bytes:
    """Shrink an image into a square of `_SIDE` below its caption."""
    scale = _SIDE / max(image.shape[:2])
    height, width = (max(1, round(scale * length)) for length in image.shape[:2])
    sheet = np.full((_CAPTION + _SIDE, _SIDE, 3), 255, np.uint8)
    shrunk = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)
    sheet[_CAPTION : _CAPTION + height, :width] = shrunk
    font = cv2.FONT_HERSHEY_SIMPLEX
    cv2.putText(sheet, caption, (6, 18), font, 0.5, (20, 20, 20), 1, cv2.LINE_AA)
    return sheet
