"""Rewards restorations that stay true to what was photographed."""

import math

from rr_tasks.alignment.rewards.restorations import Restorations
from rr_tasks.evaluation.images.metrics import psnr
from rr_tasks.photographs.pixels import Bytes
from rr_tasks.reasoner.views import shrink_to_working_size
from rr_tasks.treatment.likeness import measure_likeness

_MUCH_DB = 10.0


def fidelity(restorations: Restorations) -> list[float]:
    """Reward what restorations gain in PSNR; where the truth is unknown, that they look alike.

    >>> import numpy as np
    >>> clean, rough = (np.full((32, 32, 3), level, np.uint8) for level in (100, 120))
    >>> fidelity(Restorations([rough, rough], [rough, clean], [clean, clean]))
    [0.0, 0.99...]

    Returns:
        -1 to 1 for each restoration: tanh(gain / 10 dB), so that no single one decides, or the
        correlation of structure with the degraded photograph
        (`rr_tasks.treatment.likeness.measure_likeness`).
    """
    return [
        compare_structure(degraded, restored)
        if clean is None
        else math.tanh((psnr(restored, clean) - psnr(degraded, clean)) / _MUCH_DB)
        for degraded, restored, clean in zip(
            restorations.degraded, restorations.restored, restorations.clean, strict=True
        )
    ]


def compare_structure(degraded: Bytes, restored: Bytes) -> float:
    """Return how alike the structure of two images is, -1 to 1, at the reasoner's working size."""
    before, after = (shrink_to_working_size(image)[0] for image in (degraded, restored))
    return measure_likeness(before, after)
