"""Pictures of an evaluation: typical samples degraded, restored and clean, side by side."""

import cv2
import numpy as np
import polars as pl

from rr_tasks.evaluation.images.shard import restore_as_in_use
from rr_tasks.photographs.pixels import Bytes, Pixels
from rr_tasks.reasoner.diagnosis import diagnose
from rr_tasks.reasoner.protocol import Reasoner
from rr_tasks.restorer.photograph import PhotographRestorer
from rr_tasks.shards.outcomes import Lost, read_good_rows
from rr_tasks.shards.png import decode_png
from rr_tasks.shards.reader import advise_remake, tar_url
from rr_tasks.shards.writer import ShardDamagedError, shard_of
from schemas.prior.current import DEGRADATIONS

SHOWN = (*DEGRADATIONS, "haze+rain", "+".join(DEGRADATIONS))

_SIDE = 320
_CAPTION = 26
_QUALITY = [cv2.IMWRITE_JPEG_QUALITY, 88]


def draw_examples(
    shards: str, rows: pl.DataFrame, reasoner: Reasoner, restorer: PhotographRestorer
) -> bytes:
    """Draw the sample with the median gain in PSNR for each of `SHOWN` that the rows hold.

    Args:
        shards: URL of the evaluation set.
        rows: the rows of `evaluate_shard` for these weights.
        reasoner: diagnoses the degraded sample.
        restorer: restores it.

    Raises:
        ShardDamagedError: one of them has been damaged since the rows were made.

    Returns:
        A JPEG with a row for each set: the degraded, the restored and the clean photograph.
    """
    strips = []
    diagnosed = rows.drop_nulls("psnr_after")
    held = set(diagnosed["combination"])
    for name in filter(held.__contains__, SHOWN):
        key, before, after = _pick_typical(diagnosed, name)
        degraded, clean = _read_pair(shards, key)
        restored = restore_as_in_use(degraded, diagnose(reasoner, degraded), restorer)
        captions = (f"{name}: {before:.1f} dB", f"restored: {after:.1f} dB", "clean")
        pictures = zip((degraded, restored, clean), captions, strict=True)
        strips.append(np.hstack([_add_caption(image, caption) for image, caption in pictures]))
    sheet = cv2.cvtColor(np.vstack(strips), cv2.COLOR_RGB2BGR)
    return bytes(cv2.imencode(".jpg", sheet, _QUALITY)[1])


def _read_pair(shards: str, key: str) -> tuple[Bytes, Bytes]:
    """Read the degraded and the clean photograph of a sample.

    Raises:
        ShardDamagedError: they have been damaged since the rows were made.
    """
    decoders = {"degraded.png": decode_png, "clean.png": decode_png}
    for row, sample in read_good_rows(shards, shard_of(key), decoders):
        if row.key == key and not isinstance(sample, Lost):
            return sample["degraded.png"], sample["clean.png"]
    url = tar_url(shards, shard_of(key))
    raise ShardDamagedError(f"{url}: sample {key} cannot be read any more; {advise_remake(url)}")


def _pick_typical(rows: pl.DataFrame, combination: str) -> tuple[str, float, float]:
    chosen = (
        rows.filter(pl.col("combination") == combination)
        .with_columns(gain=pl.col("psnr_after") - pl.col("psnr_before"))
        .sort("gain", "key")
    )
    row = chosen.row(chosen.height // 2, named=True)
    return row["key"], row["psnr_before"], row["psnr_after"]


def _add_caption(image: Pixels, caption: str) -> Bytes:
    picture = cv2.resize(image, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
    band = np.full((_CAPTION, _SIDE, 3), 255, np.uint8)
    cv2.putText(band, caption, (6, 18), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (20, 20, 20), 1, cv2.LINE_AA)
    return np.vstack([band, np.asarray(picture, np.uint8)])
