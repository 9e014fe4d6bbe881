import cv2
import numpy as np
import pytest

from rr_tasks.photographs.reading import read_photograph
from rr_tasks.reasoner.views import shrink_to_working_size
from rr_tasks.samples import sample_photographs
from rr_tasks.storage.files import list_files
from rr_tasks.treatment.likeness import measure_likeness

RNG = np.random.default_rng(0)


@pytest.fixture(scope="module")
def picture() -> np.ndarray:
    return shrink_to_working_size(read_photograph(sorted(list_files(sample_photographs()))[0]))[0]


def code(values: np.ndarray) -> np.ndarray:
    return values.round().clip(0, 255).astype(np.uint8)


def test_what_restoring_is_meant_to_change_does_not_count(picture: np.ndarray) -> None:
    for degraded in (
        code(0.3 * picture + 160),
        code(picture + RNG.normal(0, 25, picture.shape)),
        cv2.GaussianBlur(picture, (0, 0), 3),
    ):
        assert measure_likeness(degraded, picture) > 0.85


def test_what_it_must_not_change_counts(picture: np.ndarray) -> None:
    moved = np.roll(picture, 40, axis=1)
    for wrong in (picture[:, ::-1], 255 - picture, moved, code(RNG.normal(128, 40, picture.shape))):
        assert measure_likeness(picture, wrong) < 0.4


def test_where_nothing_is_shown_nothing_can_change(picture: np.ndarray) -> None:
    assert measure_likeness(np.full_like(picture, 90), picture) == 1.0
