"""Measures how much remains visible under each degradation, by models of human vision.

Severities are physical; this shows whether equal severities look equally bad.
"""

from collections.abc import Iterator
from itertools import islice

import cv2
import polars as pl
import torch
from torchmetrics.functional.image import (
    multiscale_structural_similarity_index_measure,
    visual_information_fidelity,
)

from rr_tasks.degrade.color import Bytes
from rr_tasks.degrade.subject import SEVERITIES, UnusableSampleError, draw_subjects
from schemas.recipe import DegradationRecipe

_SMALLEST_SIDE = 161  # the coarsest of five scales takes a window of 11


def measure_fidelity(
    photographs: str, recipe: DegradationRecipe, seed: int, count: int
) -> pl.DataFrame:
    """Degrade `count` squares of photographs by each type alone, at each of `SEVERITIES`.

    Returns:
        `type`, `asked` (one of `SEVERITIES`), and the means of the `severity` that came of it; of
        `vif`, the visual information fidelity in the pixel domain (Sheikh and Bovik, Image
        information and visual quality, 2006); and of `ms_ssim`, the multi-scale structural
        similarity (Wang, Simoncelli and Bovik 2003), both of grey levels and 1 if nothing changed.

    Raises:
        MissingFolderError, UnusableSampleError: see `rr_tasks.degrade.subject.draw_subjects`;
            squares below 161 x 161 cannot be measured either.
    """
    rows = pl.DataFrame(list(_rows(photographs, recipe, seed, count)))
    return rows.group_by("type", "asked", maintain_order=True).mean()


def _rows(
    photographs: str, recipe: DegradationRecipe, seed: int, count: int
) -> Iterator[dict[str, str | float]]:
    for subject in islice(draw_subjects(photographs, recipe, seed), count):
        side = len(subject.clean)
        if side < _SMALLEST_SIDE:
            raise UnusableSampleError(
                f"{subject.url}: its square of {side} pixels is too small to measure; "
                f"give photographs and a recipe of at least {_SMALLEST_SIDE} pixels"
            )
        clean = _grey(subject.clean)
        for name in recipe.all_types():
            for asked in SEVERITIES:
                made = subject.degrade((name,), asked)
                degraded = _grey(made.image)
                similarity = multiscale_structural_similarity_index_measure(
                    degraded, clean, data_range=255.0
                )
                yield {
                    "type": name,
                    "asked": asked,
                    "severity": made.findings[name].severity,
                    "vif": float(visual_information_fidelity(degraded, clean)),
                    "ms_ssim": float(torch.as_tensor(similarity)),
                }


def _grey(image: Bytes) -> torch.Tensor:
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    return torch.from_numpy(grey).float()[None, None]
