from typing import get_args

import numpy as np
import pytest

from rr_tasks.degrade.color import to_linear
from rr_tasks.degrade.depth import scene_depth
from rr_tasks.degrade.haze import HazePhysics
from rr_tasks.degrade.light import CONVENTIONS
from rr_tasks.evaluation.images.metrics import psnr
from rr_tasks.restorer.dehazing import Dehazing
from schemas.prior.haze import HazeParameters
from schemas.prior.light import Light

LIGHTS: tuple[Light, ...] = get_args(Light)


def hazy(
    clean: np.ndarray, light: Light, severity: float = 50.0
) -> tuple[np.ndarray, HazeParameters]:
    rng = np.random.default_rng(0)
    convention, physics = CONVENTIONS[light], HazePhysics()
    depth = scene_depth(to_linear(clean), rng)
    values, parameters = physics.add(
        convention.read(clean), severity, physics.ranges(), rng, lambda: depth, light=light
    )
    return convention.write(values), parameters


def dehaze(image: np.ndarray, haze: HazeParameters) -> tuple[np.ndarray, np.ndarray]:
    dehazing = Dehazing(image, haze)
    return dehazing(image, dehazing.convention.read(image), 0, 0)


@pytest.mark.parametrize("light", LIGHTS)
def test_a_known_haze_is_undone(photograph: np.ndarray, light: Light) -> None:
    image, haze = hazy(photograph, light)
    dehazed, transmission = dehaze(image, haze)
    assert psnr(image, photograph) < 20
    assert psnr(dehazed, photograph) > 30
    assert transmission.mean() / 255 == pytest.approx(haze.transmission, abs=0.02)


@pytest.mark.parametrize("light", LIGHTS)
def test_a_haze_without_a_map_is_undone_by_its_mean(photograph: np.ndarray, light: Light) -> None:
    image, haze = hazy(photograph, light)
    dehazed, transmission = dehaze(image, haze.without_maps())
    assert psnr(dehazed, photograph) > psnr(image, photograph) + 5
    assert transmission.mean() / 255 == pytest.approx(haze.transmission, abs=0.05)


def test_what_is_hidden_is_not_amplified_without_end(photograph: np.ndarray) -> None:
    image, haze = hazy(photograph, "coded", 99.0)
    dark = haze.transmission_map and haze.transmission_map.model_copy(
        update={"rows": ((0.0,) * 16,) * 16}
    )
    dehazed, _ = dehaze(image, haze.model_copy(update={"transmission_map": dark}))
    airlight = 255 * np.array(haze.atmospheric_light)
    changed = np.clip(10 * (image - airlight) + airlight, 0, 255)
    assert np.abs(dehazed - changed).max() <= 1
