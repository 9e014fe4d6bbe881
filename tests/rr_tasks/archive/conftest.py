"""A small archive, and a stand-in for the model."""

from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rr_tasks.archive import reader, writer
from schemas.archive import RestoreParameters
from schemas.prior.current import (
    Blur,
    BlurParameters,
    DiagnosticPrior,
    Haze,
    ImageSize,
    Noise,
    NoiseChannels,
    NoiseParameters,
    Provenance,
    Rain,
    Scene,
)
from tests.makers import jpeg, scene

_NOISE = NoiseParameters(
    sigma=0.05,
    gain=0.01,
    channels=NoiseChannels(sigma=(0.04, 0.05, 0.06), gain=(0.01, 0.01, 0.01)),
)


def diagnosis(width: int, height: int, noise: float = 40.0, blur: float = 0.0) -> DiagnosticPrior:
    return DiagnosticPrior(
        image=ImageSize(width=width, height=height),
        haze=Haze(present=False, severity=0.0),
        blur=Blur(
            present=blur > 0,
            severity=blur,
            parameters=BlurParameters(kind="motion", extent_px=3.0, angle_deg=0.0)
            if blur > 0
            else None,
        ),
        rain=Rain(present=False, severity=0.0),
        noise=Noise(
            present=noise > 0,
            severity=noise,
            parameters=_NOISE if noise > 0 else None,
        ),
        scene=Scene(description="a test chart"),
        order=(*(("noise",) if noise > 0 else ()), *(("blur",) if blur > 0 else ())),
        reasoning="grain everywhere",
        provenance=Provenance(source="reasoner", author="double"),
    )


class DarkeningEngine:
    """Stands in for a model: finds what it is told to find and takes a quarter of the light."""

    def __init__(self, identity: str = "double-1", noise: float = 40.0, blur: float = 0.0) -> None:
        self.identity = identity
        self.noise, self.blur = noise, blur
        self.diagnosed: list[tuple[int, ...]] = []
        self.restored: list[DiagnosticPrior] = []

    def diagnose(self, pixels: Any) -> DiagnosticPrior:
        self.diagnosed.append(pixels.shape)
        return diagnosis(pixels.shape[1], pixels.shape[0], self.noise, self.blur)

    def explain_guess(self, pixels: Any) -> str | None:
        del pixels
        return None

    def expect_severities(self, pixels: Any) -> Any:
        del pixels
        return np.array([0.0, self.blur, 0.0, self.noise])

    def restore(self, pixels: Any, prior: DiagnosticPrior) -> Any:
        self.restored.append(prior)
        return pixels - pixels // 4


@pytest.fixture
def engine() -> DarkeningEngine:
    return DarkeningEngine()


@pytest.fixture
def engine_like() -> type[DarkeningEngine]:
    return DarkeningEngine


@pytest.fixture
def diagnose() -> Callable[..., DiagnosticPrior]:
    return diagnosis


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """A folder of six small photographs in two folders."""
    root = tmp_path / "photographs"
    for number in range(6):
        path = root / ("2019" if number % 2 else "2020/summer") / f"IMG_{number}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(jpeg(scene(20 + number, 16)))
    return root


@pytest.fixture
def parameters(archive: Path, tmp_path: Path) -> RestoreParameters:
    return RestoreParameters(
        input=str(archive),
        output=str(tmp_path / "restored"),
        chunk_size=4,
        verify=False,  # no judge would accept a darker photograph
    )


class StepsHere:
    """The steps of a piece of work, taken in this process and without limits."""

    def __init__(self, function: Callable[..., Any], *arguments: Any) -> None:
        self._steps = function(*arguments)

    def take(self, _limits: Any) -> Any:
        return next(self._steps)


@pytest.fixture
def unconfined(monkeypatch: pytest.MonkeyPatch) -> None:
    """Photographs are decoded and encoded in this process, where a test can replace what does."""
    for module in (reader, writer):
        monkeypatch.setattr(module, "confined", lambda *work: nullcontext(StepsHere(*work)))
