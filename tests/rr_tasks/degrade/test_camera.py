import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rr_tasks.degrade.camera import Camera
from rr_tasks.degrade.light import MID_GREY
from rr_tasks.degrade.noise import noise_deviation
from schemas.base import Range
from schemas.ranges import CameraRecipe, NoiseRecipe
from tests.physics import add_noise

NEUTRAL = CameraRecipe(crosstalk=Range(low=0.0, high=0.0))
ALWAYS = NoiseRecipe(camera=CameraRecipe(probability=1.0))


def greenest(camera: Camera, side: int) -> np.ndarray:
    """The mosaic of a photograph that is 1 in red, 2 in green, 3 in blue, by its own places."""
    marks = np.full((side, side), 2.0, np.float32)
    marks[camera._red], marks[camera._blue] = 1.0, 3.0
    return marks


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("side", [16, 17])
def test_an_even_colour_is_kept_up_to_the_border(seed: int, side: int) -> None:
    camera = Camera(NEUTRAL, np.random.default_rng(seed))
    assert camera.develop(greenest(camera, side)) == pytest.approx(
        np.broadcast_to([1.0, 2.0, 3.0], (side, side, 3)), abs=1e-5
    )


def test_grey_slopes_are_kept() -> None:
    slope = np.add.outer(np.arange(32.0), 2 * np.arange(32.0)).astype(np.float32)
    developed = Camera(CameraRecipe(), np.random.default_rng(1)).develop(slope)
    inner = developed[4:-4, 4:-4]
    assert inner == pytest.approx(np.repeat(slope[4:-4, 4:-4, None], 3, axis=2), rel=1e-4)


@pytest.mark.parametrize("intensity", [0.0, MID_GREY, 0.8])
def test_the_mosaic_has_the_noise_asked_for_most_of_it_in_red(intensity: float) -> None:
    camera = Camera(NEUTRAL, np.random.default_rng(2))
    flat = np.full((32, 32, 3), intensity, np.float32)
    variance = camera.deviation(flat, 0.02, 0.01) ** 2
    assert variance.mean() == pytest.approx(0.01 * intensity + 0.02**2, rel=1e-5)
    marks = greenest(camera, 32)
    assert variance[marks == 1].min() > variance[marks == 3].max() > variance[marks == 2].max()


def test_noise_is_blotchy_and_alike_in_the_channels() -> None:
    flat = np.full((256, 256, 3), 0.5, np.float32)
    noisy, _ = add_noise(flat, 60.0, ALWAYS, np.random.default_rng(0))
    noise = noisy - flat
    neighbours = [
        np.corrcoef(noise[:, 1:, channel].ravel(), noise[:, :-1, channel].ravel())[0, 1]
        for channel in range(3)
    ]
    assert min(neighbours[0], neighbours[2]) > 0.15
    luma = cv2.cvtColor(noisy, cv2.COLOR_RGB2GRAY)
    assert luma.std() > 0.25 * noise.std()
    assert abs(noise.mean()) < 0.01


@given(level=st.floats(5.0, 100.0), seed=st.integers(0, 500))
@settings(max_examples=20, deadline=None)
def test_severity_is_that_of_the_sensor_on_any_photograph(level: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    scene = rng.random((48, 49, 3), dtype=np.float32)
    noisy, noise = add_noise(scene, level, ALWAYS, np.random.default_rng(seed))
    less, _ = add_noise(scene, 0.8 * level, ALWAYS, np.random.default_rng(seed))
    assert noise.severity == pytest.approx(level)
    assert noise.parameters is not None
    p = noise.parameters
    assert np.sqrt(p.gain * MID_GREY + p.sigma**2) == pytest.approx(noise_deviation(level))
    assert (less - scene).std() == pytest.approx(0.8 * (noisy - scene).std(), rel=1e-3)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("light", [0.1, 0.5])
def test_the_noise_of_each_channel_is_what_is_seen(seed: int, light: float) -> None:
    flat = np.full((320, 320, 3), light, np.float32)
    noisy, noise = add_noise(flat, 40.0, ALWAYS, np.random.default_rng(seed))
    assert noise.parameters is not None
    assert noise.parameters.channels is not None
    sigma, gain = (
        np.array(one) for one in (noise.parameters.channels.sigma, noise.parameters.channels.gain)
    )
    seen = (noisy - flat).std((0, 1))
    assert seen == pytest.approx(np.sqrt(gain * light + sigma**2), rel=0.03)
