from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from rr_tasks.reasoner.evidence import (
    NEEDED_STRUCTURE,
    TOO_LITTLE_DETAIL,
    TOO_SMALL,
    explain_guess,
    measure_structure,
)

SAMPLES = sorted(Path(__file__).parents[3].glob("infra/samples/*/*.webp"))
HEIGHT, WIDTH = 420, 560
Y, X = np.mgrid[:HEIGHT, :WIDTH]
Draw = Callable[[np.random.Generator], np.ndarray]


def flat(value: float) -> np.ndarray:
    return np.full((HEIGHT, WIDTH, 3), value)


def noisy(value: float, sigma: float) -> Draw:
    return lambda rng: flat(value) + rng.normal(0, sigma, (HEIGHT, WIDTH, 3))


def grainy(rng: np.random.Generator) -> np.ndarray:
    grain = cv2.GaussianBlur(rng.normal(0, 1, (HEIGHT, WIDTH)), (0, 0), 1.5)
    return flat(150) + 6 * grain[..., None] / grain.std()


def vignetted(rng: np.random.Generator) -> np.ndarray:
    radius = np.hypot(X / WIDTH - 0.5, Y / HEIGHT - 0.5)
    return noisy(0, 3)(rng) + (200 * (1 - radius**2))[..., None]


def sky(rng: np.random.Generator) -> np.ndarray:
    return noisy(0, 3)(rng) + 120 + 80 * (Y / HEIGHT)[..., None]


def dusty(rng: np.random.Generator) -> np.ndarray:
    page = noisy(240, 2)(rng)
    for _ in range(40):
        centre = (int(rng.integers(WIDTH)), int(rng.integers(HEIGHT)))
        cv2.circle(page, centre, int(rng.integers(1, 3)), (90, 90, 90), -1)
    return page


def with_edges(rng: np.random.Generator) -> np.ndarray:
    page = noisy(246, 2)(rng)
    page[:12], page[:, -8:] = 40, 20
    return page


def lettered(rng: np.random.Generator) -> np.ndarray:
    page = noisy(245, 2)(rng).clip(0, 255).astype(np.uint8)
    for line in range(18):
        cv2.putText(page, "the quick brown fox jumps", (40, 40 + 20 * line), 0, 0.6, (50,) * 3, 1)
    return page


BLANK: dict[str, Draw] = {
    "black": lambda _: flat(0),
    "grey card": lambda _: flat(128),
    "white page": lambda _: flat(255),
    "cream page": lambda _: flat(1) * (250.0, 248.0, 240.0),
    "snow": noisy(245, 3),
    "noisy grey card": noisy(128, 25),
    "night": noisy(0, 4),
    "film grain": grainy,
    "vignette": vignetted,
    "sky": sky,
    "dust": dusty,
    "edges of a scanner": with_edges,
}


def to_bytes(picture: np.ndarray) -> np.ndarray:
    return np.asarray(picture.clip(0, 255), np.uint8)


@pytest.mark.parametrize("name", BLANK)
def test_where_there_is_nothing_to_see_a_diagnosis_is_a_guess(name: str) -> None:
    picture = to_bytes(BLANK[name](np.random.default_rng(1)))
    small = cv2.resize(picture, (171, 128), interpolation=cv2.INTER_AREA)
    large = cv2.resize(picture, (1680, 1260), interpolation=cv2.INTER_CUBIC)
    wide = picture.astype(np.uint16) * 257
    jpeg = cv2.imdecode(cv2.imencode(".jpg", picture, (cv2.IMWRITE_JPEG_QUALITY, 75))[1], 1)
    for shown in (picture, small, large, wide, jpeg):
        assert explain_guess(shown) == TOO_LITTLE_DETAIL


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_what_haze_blur_and_noise_leave_of_a_scene_is_enough(path: Path) -> None:
    clean = cv2.resize(cv2.imread(str(path)), (600, 450), interpolation=cv2.INTER_AREA)
    noise = np.random.default_rng(1).normal(0, 30, clean.shape)
    hazy = 0.35 * clean + 0.65 * 220
    blurred = cv2.GaussianBlur(clean, (0, 0), 9)
    for degraded in (clean, hazy, hazy + noise, blurred, 0.5 * blurred + 110 + noise):
        picture = to_bytes(degraded)
        assert explain_guess(picture) is None
        assert explain_guess(picture.astype(np.uint16) * 257) is None
        assert explain_guess(cv2.resize(picture, (171, 128), interpolation=cv2.INTER_AREA)) is None


def test_a_page_of_text_is_something_to_see() -> None:
    assert explain_guess(lettered(np.random.default_rng(1))) is None


def test_noise_adds_no_structure_and_contrast_scales_it() -> None:
    scene = cv2.resize(cv2.imread(str(SAMPLES[0])), (600, 450)).astype(float)
    found = measure_structure(to_bytes(scene))
    noise = np.random.default_rng(1).normal(0, 30, scene.shape)
    assert measure_structure(to_bytes(0.5 * scene + 64 + noise)) == pytest.approx(
        found / 2, rel=0.1
    )
    assert found > 4 * NEEDED_STRUCTURE


@pytest.mark.parametrize("shape", [(1, 1), (127, 900), (900, 127)])
def test_a_small_picture_is_never_enough(shape: tuple[int, int]) -> None:
    picture = np.random.default_rng(1).integers(0, 256, (*shape, 3), np.uint8)
    assert explain_guess(picture) == TOO_SMALL
