"""Every figure by which restorations are compared in the field, by name."""

from collections.abc import Callable, Mapping

import numpy as np
import torch
from torchmetrics.functional.image import (
    multiscale_structural_similarity_index_measure,
    structural_similarity_index_measure,
)

from rr_tasks.evaluation.images.lpips import measure_lpips
from rr_tasks.evaluation.images.luma import to_y
from rr_tasks.evaluation.images.metrics import IDENTICAL_PSNR, psnr, ssim
from rr_tasks.evaluation.images.niqe import measure_niqe
from rr_tasks.photographs.pixels import Bytes

Score = Callable[[Bytes, Bytes], float | None]
"""Compares an image with its clean reference; None where that is impossible."""

_MS_SSIM_SIDE = 11 * 2**4
"""Below it, the smallest of the five scales is smaller than the window."""


def psnr_y(image: Bytes, reference: Bytes) -> float:
    """Compute the PSNR of Y of BT.601, in dB, at most 60; the peak is 255, as in MATLAB."""
    error = float(np.square(to_y(image) - to_y(reference)).mean())
    return min(IDENTICAL_PSNR, 10 * np.log10(255**2 / error)) if error else IDENTICAL_PSNR


def ssim_y(image: Bytes, reference: Bytes) -> float:
    """Compute the structural similarity of Y of BT.601, with the window of `metrics.ssim`."""
    value = structural_similarity_index_measure(_plane(image), _plane(reference), data_range=255.0)
    return float(torch.as_tensor(value))


def ms_ssim(image: Bytes, reference: Bytes) -> float | None:
    """Compute the multi-scale structural similarity of Y (Wang, Simoncelli and Bovik, 2003).

    None if a side is below 176 pixels.
    """
    if min(image.shape[:2]) < _MS_SSIM_SIDE:
        return None
    value = multiscale_structural_similarity_index_measure(
        _plane(image), _plane(reference), data_range=255.0
    )
    return float(value)


SCORES: Mapping[str, Score] = {
    "psnr": psnr,
    "psnr_y": psnr_y,
    "ssim": ssim,
    "ssim_y": ssim_y,
    "ms_ssim": ms_ssim,
    "niqe": lambda image, _: measure_niqe(image),
    "lpips": measure_lpips,
}
"""`niqe` needs no reference, and `lpips` weights that may be missing; of both, less is better."""


def _plane(image: Bytes) -> torch.Tensor:
    return torch.from_numpy(to_y(image))[None, None]
