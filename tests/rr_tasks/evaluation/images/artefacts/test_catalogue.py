"""Each measure grows with its own artefact, planted in a clean picture, and not with the others."""

import cv2
import numpy as np
import pytest

from rr_tasks.evaluation.images.artefacts.catalogue import ARTEFACTS

STRENGTHS = (4.0, 8.0, 16.0)


def add_halo(picture, strength):
    """A rim around the bird that fades over 30 pixels."""
    away = np.full(picture.shape[:2], 255, np.uint8)
    cv2.circle(away, (128, 128), 30, 0, -1)
    distance = cv2.distanceTransform(away, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    rim = np.where(distance > 0, np.exp(-distance / 30), 0)
    return picture + strength * rim[..., None]


def add_grid(picture, strength):
    """Blocks of 8 x 8 pixels that differ in brightness, as JPEG leaves them in a sky."""
    levels = np.random.default_rng(1).uniform(-1, 1, (32, 32)).repeat(8, axis=0).repeat(8, axis=1)
    return picture + strength * levels[..., None]


def add_bands(picture, strength):
    """Too few levels."""
    return np.round(cv2.GaussianBlur(picture, (0, 0), 2) / strength) * strength


def add_seam(picture, strength):
    """Two tiles that do not join."""
    tiles = picture.copy()
    tiles[:, 100:] += strength
    return tiles


def add_cast(picture, strength):
    """Grey that has turned blue."""
    return picture + np.array([-strength, 0.0, strength])


def add_noise(picture, strength):
    """Grain."""
    return picture + np.random.default_rng(2).normal(0, strength / 2, picture.shape)


PLANT = {
    "noise": add_noise,
    "halo": add_halo,
    "grid": add_grid,
    "banding": add_bands,
    "seams": add_seam,
    "cast": add_cast,
}


def plant(name, picture, strength):
    planted = PLANT[name](picture.astype(np.float64), strength)
    return np.clip(np.rint(planted), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("name", ARTEFACTS)
def test_a_measure_grows_with_its_artefact(name, sky):
    values = [ARTEFACTS[name](plant(name, sky, strength), sky) for strength in STRENGTHS]
    clean = ARTEFACTS[name](sky, sky)
    assert clean == pytest.approx(0.0, abs=0.01)
    assert 0.3 < values[0] < values[1] < values[2]


@pytest.mark.parametrize(
    ("name", "others"),
    [
        ("halo", ("grid", "cast", "noise")),
        ("grid", ("halo", "banding", "seams", "cast", "noise")),
        ("banding", ("halo", "cast", "noise")),
        ("seams", ("halo", "banding", "cast", "noise")),
        ("cast", ("halo", "grid", "banding", "seams", "noise")),
    ],
)
def test_a_measure_is_not_misled_by_what_does_not_look_like_its_artefact(name, others, sky):
    own = ARTEFACTS[name](plant(name, sky, 8.0), sky)
    for other in others:
        assert ARTEFACTS[name](plant(other, sky, 8.0), sky) < own / 2.5, other


def test_a_change_of_contrast_is_no_halo(sky):
    stronger = np.clip(np.rint(1.2 * sky.astype(float) - 30), 0, 255).astype(np.uint8)
    assert ARTEFACTS["halo"](stronger, sky) < 0.2


def test_a_grid_is_found_wherever_it_lies(sky):
    rolled = np.roll(sky, (3, 5), axis=(0, 1))
    planted = np.roll(plant("grid", sky, 8.0), (3, 5), axis=(0, 1))
    here = ARTEFACTS["grid"](plant("grid", sky, 8.0), sky)
    assert ARTEFACTS["grid"](planted, rolled) == pytest.approx(here, rel=0.1)


def test_seams_are_found_in_both_directions(sky):
    planted = plant("seams", sky.transpose(1, 0, 2), 8.0).transpose(1, 0, 2)
    assert ARTEFACTS["seams"](planted, sky) == pytest.approx(8.0, abs=0.5)


def test_where_there_is_nothing_to_measure_there_is_no_value():
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3)).astype(np.uint8)
    assert all(ARTEFACTS[name](noise, noise) is None for name in ARTEFACTS.keys() - {"cast"})
    red = np.full((128, 128, 3), (200, 30, 30), np.uint8)
    assert ARTEFACTS["cast"](red, red) is None
    flat = np.full((128, 128, 3), 90, np.uint8)
    values = {name: measure(flat, flat) for name, measure in ARTEFACTS.items()}
    assert values == {"halo": None, "grid": 0.0, "banding": 0.0, "seams": 0.0, "cast": 0.0}
