"""Degrades one photograph in every way of a setting, one sample at a time."""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from rr_tasks.degrade.color import Bytes
from rr_tasks.degrade.mixture import COMBINATIONS, degrade, draw_severities
from rr_tasks.degrade.square import crop
from rr_tasks.degrade.synthesis import ground_truth, list_variants
from rr_tasks.evaluation.diagnosis.setting import Setting
from rr_tasks.photographs.formats.base import UnusablePhotographError
from schemas.prior.current import DEGRADATIONS, DegradationName, DiagnosticPrior

BLEND_SEVERITY = 80.0
BLEND_SHARES = tuple(step / 10 for step in range(11))

_LEAST_SIDE = 32
COMBINATION_NAMES = ("clean", *("+".join(mixture) for mixture in COMBINATIONS))
"""All 16 sets, clean first, then singles, pairs and so on."""


@dataclass(frozen=True)
class Sample:
    """A clean photograph and the degraded one, (H, W, 3) sRGB bytes, and the truth about it."""

    round: int
    clean: Bytes
    image: Bytes
    truth: DiagnosticPrior


@dataclass(frozen=True)
class Blend:
    """A clean photograph, weighted by 1 - share, blended with `share` of its degraded version."""

    kind: DegradationName
    share: float
    image: Bytes


def make_samples(photograph: Bytes, setting: Setting, seed: tuple[int, ...]) -> Iterator[Sample]:
    """Degrade a photograph with each mixture of its recipe, and leave it clean, in every round.

    Each sample has its own draws, which are the same in all settings, so that no recipe or size in
    a comparison has easier draws.

    Raises:
        UnusablePhotographError: the photograph is smaller than 32 pixels on a side.
    """
    clean = crop_view(photograph, setting)
    for number in range(setting.rounds):
        for variant, combination in enumerate(list_variants(setting.recipe)):
            if setting.singles_only and len(combination) > 1:
                continue
            rng = np.random.default_rng((*seed, number, variant))
            severities = draw_severities(combination, setting.recipe, rng)
            degraded = degrade(clean, severities, setting.recipe, rng)
            truth = ground_truth(clean, degraded, setting.recipe)
            yield Sample(number, clean, degraded.image, truth)


def make_blends(photograph: Bytes, setting: Setting, seed: tuple[int, ...]) -> Iterator[Blend]:
    """Blend a photograph with itself under each type at severity 80, in sRGB codes.

    Raises:
        UnusablePhotographError: the photograph is smaller than 32 pixels on a side.
    """
    clean = crop_view(photograph, setting)
    for variant, kind in enumerate(DEGRADATIONS, start=1):
        rng = np.random.default_rng((*seed, 0, variant))
        degraded = degrade(clean, {kind: BLEND_SEVERITY}, setting.recipe, rng).image
        for share in BLEND_SHARES:
            mixed = cv2.addWeighted(clean, 1 - share, degraded, share, 0.0)
            yield Blend(kind, share, np.asarray(mixed, np.uint8))


def crop_view(photograph: Bytes, setting: Setting) -> Bytes:
    """Cut what a setting shows of a clean photograph, before it is degraded.

    Raises:
        UnusablePhotographError: the photograph is smaller than 32 pixels on a side.
    """
    if setting.short_side is None:
        return crop(photograph, setting.recipe, np.random.default_rng(0))  # a grid draws nothing
    return _rectangle(photograph, setting.short_side)


def check_size(photograph: Bytes) -> None:
    """Make sure that a photograph is large enough to show something.

    Raises:
        UnusablePhotographError: it is smaller than 32 pixels on a side.
    """
    height, width = photograph.shape[:2]
    if min(height, width) < _LEAST_SIDE:
        raise UnusablePhotographError(f"too small to assess: {width} x {height} pixels")


def _rectangle(photograph: Bytes, short_side: int) -> Bytes:
    """Cut the largest central rectangle of 3:2 or 2:3 and resize it (Lanczos)."""
    check_size(photograph)
    height, width = photograph.shape[:2]
    unit = min(max(height, width) / 3, min(height, width) / 2)
    long, short = round(3 * unit), round(2 * unit)
    rows, columns = (short, long) if width >= height else (long, short)
    top, left = (height - rows) // 2, (width - columns) // 2
    pixels = photograph[top : top + rows, left : left + columns]
    long_side = short_side * 3 // 2
    size = (long_side, short_side) if width >= height else (short_side, long_side)
    method = cv2.INTER_AREA if short_side < short else cv2.INTER_LANCZOS4
    return np.asarray(cv2.resize(pixels, size, interpolation=method), np.uint8)
