import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rr_tasks.scene import describe

NAMES_OF_DEGRADATIONS = (
    *("haze", "hazy", "fog", "mist", "smoke", "blur", "soft", "focus", "sharp", "shake"),
    *("rain", "streak", "wet", "nois", "grain", "jpeg", "degraded", "quality"),
)


def flat(red: int, green: int, blue: int, shape: tuple[int, int] = (40, 40)) -> np.ndarray:
    return np.full((*shape, 3), (red, green, blue), np.uint8)


@given(st.integers(1, 80), st.integers(1, 80), st.integers(0, 10**6), st.integers(1, 255))
def test_a_description_never_names_a_degradation(
    height: int, width: int, seed: int, brightest: int
) -> None:
    rng = np.random.default_rng(seed)
    image = rng.integers(0, brightest + 1, (height, width, 3)).astype(np.uint8)
    scene = describe(image)
    words = " ".join((scene.description, *scene.objects)).lower()
    assert words
    assert not [name for name in NAMES_OF_DEGRADATIONS if name in words]
    assert describe(image) == scene


@pytest.mark.parametrize(
    ("image", "words"),
    [
        (flat(200, 20, 20), "mainly red"),
        (flat(20, 160, 20), "mainly green"),
        (flat(20, 40, 200), "mainly blue"),
        (flat(128, 128, 128), "almost without colour"),
        (flat(20, 20, 20), "A dark square"),
        (flat(250, 250, 250), "A bright square"),
        (flat(120, 120, 120, (40, 80)), "well-lit landscape"),
        (flat(120, 120, 120, (80, 40)), "well-lit portrait"),
        (np.concatenate([flat(220, 220, 220), flat(40, 40, 40)]), "lighter towards the top"),
        (np.concatenate([flat(40, 40, 40), flat(220, 220, 220)]), "darker towards the top"),
        (flat(9, 9, 9), "of even brightness"),
        (flat(9, 9, 9), "in broad, even areas"),
        (np.kron(np.eye(2), np.full((40, 40), 200)), "in broad, even areas"),
        (np.kron(np.indices((32, 32)).sum(0) % 2, np.full((4, 4), 200)), "full of small detail"),
    ],
)
def test_a_description_says_what_pixels_tell(image: np.ndarray, words: str) -> None:
    if image.ndim == 2:
        image = np.repeat(image[..., None], 3, 2).astype(np.uint8)
    assert words in describe(image).description
