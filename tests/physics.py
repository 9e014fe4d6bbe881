"""Adds and measures one type of degradation alone, as most tests of physics do."""

from typing import Any

import numpy as np

from rr_tasks.degrade.catalogue import CATALOGUE
from rr_tasks.degrade.color import Linear
from rr_tasks.degrade.depth import Depth
from rr_tasks.degrade.physics import Measured, Pair
from schemas.prior.current import AnyFinding, Blur, Haze, Noise, Rain
from schemas.prior.light import Light
from schemas.ranges import BlurRecipe, HazeRecipe, NoiseRecipe, RainRecipe

Rng = np.random.Generator


def add_haze(
    image: Linear, depth: Depth, severity: float, ranges: HazeRecipe, rng: Rng
) -> tuple[Linear, Haze]:
    return _add("haze", image, severity, ranges, rng, depth)


def add_blur(image: Linear, severity: float, ranges: BlurRecipe, rng: Rng) -> tuple[Linear, Blur]:
    return _add("blur", image, severity, ranges, rng)


def add_rain(
    image: Linear, depth: Depth, severity: float, ranges: RainRecipe, rng: Rng
) -> tuple[Linear, Rain]:
    return _add("rain", image, severity, ranges, rng, depth)


def add_noise(
    image: Linear, severity: float, ranges: NoiseRecipe, rng: Rng
) -> tuple[Linear, Noise]:
    return _add("noise", image, severity, ranges, rng)


def measure(
    name: str,
    before: Linear,
    after: Linear,
    *,
    airlight: float | None = None,
    light: Light = "linear",
    side: int | None = None,
) -> Measured[Any]:
    """Measure a type on a pair that it alone degrades, of a photograph with this short side."""
    pair = Pair(before, after, (name,), side or min(before.shape[:2]), airlight, light)
    return CATALOGUE[name].measure(pair)


def dilute(finding: AnyFinding, share: float, side: int) -> AnyFinding:
    """What is left of a finding in a blend with a share of the degraded photograph."""
    physics = CATALOGUE[finding.degradation().name]
    return physics.find(physics.dilute(finding.parameters, share), side)


def _add(
    name: str,
    image: Linear,
    severity: float,
    ranges: Any,
    rng: Rng,
    depth: Depth | None = None,
    light: Light = "linear",
) -> tuple[Linear, Any]:
    def find_depth() -> Depth:
        assert depth is not None
        return depth

    physics = CATALOGUE[name]
    degraded, parameters = physics.add(image, severity, ranges, rng, find_depth, light=light)
    return degraded, physics.find(parameters, min(image.shape[:2]))
