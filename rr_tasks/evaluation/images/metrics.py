"""Image quality of a restoration, and its means over many."""

import numpy as np
import polars as pl
import torch
from torchmetrics.functional.image import (
    peak_signal_noise_ratio,
    structural_similarity_index_measure,
)

from rr_tasks.evaluation.images.sets import divide
from rr_tasks.photographs.pixels import Bytes

IDENTICAL_PSNR = 60.0
"""PSNR is capped here, where two 8-bit images differ by a fraction of a level."""

HARM_DB = 0.1
"""A loss of PSNR beyond rounding."""


def psnr(image: Bytes, reference: Bytes) -> float:
    """Compute the peak signal-to-noise ratio over RGB of two 8-bit images, in dB, at most 60."""
    if np.array_equal(image, reference):
        return IDENTICAL_PSNR
    value = peak_signal_noise_ratio(_tensor(image), _tensor(reference), data_range=255.0)
    return min(IDENTICAL_PSNR, float(value))


def ssim(image: Bytes, reference: Bytes) -> float:
    """Compute the structural similarity, mean over RGB.

    As in Wang et al. 2004, with an 11 x 11 gaussian window; edges are mirrored, so no border is
    left out.
    """
    value = structural_similarity_index_measure(
        _tensor(image), _tensor(reference), data_range=255.0
    )
    return float(torch.as_tensor(value))


def quality_table(rows: pl.DataFrame) -> pl.DataFrame:
    """Compute mean PSNR, SSIM and severity before and after, for each set of degradations.

    `share_worse` is the share of samples with a lower PSNR than before, and `share_harmed` that of
    those which lose more than 0.1 dB. Severity is what the judge of the trial expects of all types
    together, null without one.

    Args:
        rows: columns of `rr_tasks.evaluation.images.shard.COLUMNS`; samples that were not
            diagnosed, with a null `psnr_after`, are left out.

    Returns:
        A row for each set of `rr_tasks.evaluation.images.sets.divide`.
    """
    return pl.concat(
        _quality_row(part.drop_nulls("psnr_after"), name) for name, part in divide(rows).items()
    )


def _quality_row(rows: pl.DataFrame, name: str) -> pl.DataFrame:
    gain = pl.col("psnr_after") - pl.col("psnr_before")
    return rows.select(
        pl.lit(name).alias("set"),
        pl.len().alias("samples"),
        pl.col("psnr_before").mean(),
        pl.col("psnr_after").mean(),
        gain.mean().alias("gain_db"),
        (gain < 0).mean().alias("share_worse"),
        (gain < -HARM_DB).mean().alias("share_harmed"),
        pl.col("ssim_before").mean(),
        pl.col("ssim_after").mean(),
        pl.col("severity_before").mean(),
        pl.col("severity_after").mean(),
    )


def _tensor(image: Bytes) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(image)).permute(2, 0, 1)[None].float()
