"""Pairs whose truth is known, because synthesis made them."""

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import pytest

from rr_tasks.degrade.mixture import Degraded, degrade
from schemas.recipe import DegradationRecipe, JpegRecipe
from tests.conftest import SAMPLES

_RECIPE = DegradationRecipe(name="known", jpeg=JpegRecipe(probability=0.0))


@pytest.fixture(scope="session")
def scene() -> np.ndarray:
    """A clean photograph, 512 x 384, (H, W, 3) sRGB bytes."""
    image = cv2.imread(str(SAMPLES / "explore_monuments__qutubMinar.webp"), cv2.IMREAD_COLOR_RGB)
    return np.asarray(cv2.resize(image, (512, 384), interpolation=cv2.INTER_AREA), np.uint8)


@pytest.fixture
def make(scene: np.ndarray) -> Callable[..., Degraded]:
    """Degrades the scene; `seed` decides what severities do not."""

    def degraded(seed: int = 0, **severities: float) -> Degraded:
        named: Any = severities
        return degrade(scene, named, _RECIPE, np.random.default_rng(seed))

    return degraded
