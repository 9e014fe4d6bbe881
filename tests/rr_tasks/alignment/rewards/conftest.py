from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import cv2
import numpy as np
import pytest

from rr_tasks.alignment.rewards.restorations import Restorations
from rr_tasks.degrade.mixture import degrade
from rr_tasks.photographs.pixels import Bytes
from rr_tasks.reasoner.edge import EdgeReasoner
from schemas.recipe import EDGE_DEFAULT

SAMPLES = Path(__file__).parents[4] / "infra" / "samples" / "train"
SIDE = 256


@pytest.fixture(scope="session")
def judge() -> EdgeReasoner:
    return EdgeReasoner.load()


@pytest.fixture(scope="session")
def clean() -> Bytes:
    path = SAMPLES / "explore_farm_animals__horse.webp"
    image = cv2.imread(str(path), cv2.IMREAD_COLOR_RGB)
    side = min(image.shape[:2])
    return np.asarray(cv2.resize(image[:side, :side], (SIDE, SIDE), interpolation=cv2.INTER_AREA))


@pytest.fixture(scope="session")
def attempts(clean: Bytes) -> Mapping[str, Bytes]:
    """What restorers, good and bad, may make of the `degraded` photograph."""
    rng = np.random.default_rng(1)
    degraded = degrade(clean, {"rain": 60.0}, EDGE_DEFAULT, rng).image
    good = np.asarray(cv2.addWeighted(clean, 0.8, degraded, 0.2, 0))
    return MappingProxyType(
        {
            "degraded": degraded,
            "good": good,
            "worse": degrade(degraded, {"rain": 60.0}, EDGE_DEFAULT, rng).image,
            "smoothed": np.asarray(cv2.GaussianBlur(good, (0, 0), 4)),
            "black": np.zeros_like(good),
            "hazy in a corner": _add_haze(good),
            "chequered": _add_cheques(good),
            "signed": _sign(good),
            "red": good // np.array([1, 2, 2], np.uint8),
        }
    )


def _add_haze(image: Bytes) -> Bytes:
    thick = np.zeros((SIDE, SIDE), np.float32)
    thick[: SIDE // 2, : SIDE // 2] = 0.55
    thick = cv2.GaussianBlur(thick, (0, 0), 8)[..., None]
    return (image * (1 - thick) + 225 * thick).astype(np.uint8)


def _add_cheques(image: Bytes) -> Bytes:
    y, x = np.mgrid[:SIDE, :SIDE] // 2
    added = np.where((x + y) % 2, 25, -25)[..., None]
    return (image + added).clip(0, 255).astype(np.uint8)


def _sign(image: Bytes) -> Bytes:
    signed = image.copy()
    for line in range(5):
        place = (5, 30 + 25 * line)
        cv2.putText(signed, "RESTORED", place, cv2.FONT_HERSHEY_SIMPLEX, 0.9, (255,) * 3, 2)
    return signed


@pytest.fixture(scope="session")
def restorations(attempts: Mapping[str, Bytes], clean: Bytes) -> Restorations:
    """All of them, as restorations of one photograph."""
    count = len(attempts)
    return Restorations([attempts["degraded"]] * count, list(attempts.values()), [clean] * count)
