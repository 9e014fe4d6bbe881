import numpy as np
import pytest

from rr_tasks.evaluation.diagnosis.sample import (
    COMBINATION_NAMES,
    crop_view,
    make_blends,
    make_samples,
)
from rr_tasks.evaluation.diagnosis.setting import Setting
from rr_tasks.evaluation.presence import name_combination
from rr_tasks.photographs.formats.base import UnusablePhotographError
from schemas.recipe import DegradationRecipe


@pytest.fixture
def plain(grid: DegradationRecipe) -> Setting:
    return Setting("source", grid, 2)


def test_each_round_has_all_sets_with_draws_of_its_own(photograph, plain) -> None:
    made = list(make_samples(photograph, plain, (7, 0)))
    assert [name_combination(sample.truth) for sample in made] == [*COMBINATION_NAMES] * 2
    assert [sample.round for sample in made] == [0] * 16 + [1] * 16
    assert made[1].truth.haze.severity != made[17].truth.haze.severity
    assert np.array_equal(made[0].image, crop_view(photograph, plain))
    again = list(make_samples(photograph, plain, (7, 0)))
    other = list(make_samples(photograph, plain, (8, 0)))
    assert all(np.array_equal(a.image, b.image) for a, b in zip(made, again, strict=True))
    assert made[1].truth.haze.severity != other[1].truth.haze.severity


def test_recipes_and_sizes_that_are_compared_share_their_draws(photograph, plain, grid) -> None:
    larger = Setting("size", grid, 1, 96)
    for small, large in zip(
        list(make_samples(photograph, plain, (7, 0)))[:16],
        make_samples(photograph, larger, (7, 0)),
        strict=True,
    ):
        assert small.truth.haze.severity == pytest.approx(large.truth.haze.severity, abs=1.0)
        assert large.image.shape == (96, 144, 3)


def test_of_the_largest_only_clean_and_singles_are_made(photograph, grid, monkeypatch) -> None:
    monkeypatch.setattr("rr_tasks.evaluation.diagnosis.setting.HUGE_SIDE", 64)
    made = make_samples(photograph, Setting("size", grid, 1, 64), (7, 0))
    assert [name_combination(one.truth) for one in made] == [
        "clean",
        "haze",
        "blur",
        "rain",
        "noise",
    ]


@pytest.mark.parametrize(("height", "width"), [(40, 100), (100, 40), (64, 64), (40, 60)])
def test_rectangles_are_cut_from_the_middle_and_never_stretched(grid, height, width) -> None:
    rows, columns = np.mgrid[:height, :width]
    image = np.dstack([rows, columns, np.zeros_like(rows)]).astype(np.uint8)
    shown = crop_view(image, Setting("size", grid, 1, 32))
    assert shown.shape[:2] == ((32, 48) if width >= height else (48, 32))
    middle = shown[..., :2].reshape(-1, 2).mean(axis=0)
    assert middle == pytest.approx([(height - 1) / 2, (width - 1) / 2], abs=1.0)
    down, right = (
        np.diff(shown[..., 0].mean(axis=1)).mean(),
        np.diff(shown[..., 1].mean(axis=0)).mean(),
    )
    assert down == pytest.approx(right, rel=0.05)


def test_tiny_photographs_are_refused(grid) -> None:
    for setting in (Setting("size", grid, 1, 64), Setting("source", grid, 1)):
        with pytest.raises(UnusablePhotographError, match="too small"):
            crop_view(np.zeros((31, 200, 3), np.uint8), setting)


def test_blends_go_evenly_from_clean_to_degraded(photograph, plain) -> None:
    made = list(make_blends(photograph, plain, (7, 0)))
    assert [blend.kind for blend in made] == [
        n for n in ("haze", "blur", "rain", "noise") for _ in range(11)
    ]
    for first in range(0, 44, 11):
        clean, middle, degraded = (made[first + step].image.astype(int) for step in (0, 5, 10))
        assert np.array_equal(clean, crop_view(photograph, plain))
        assert np.abs(middle - (clean + degraded) / 2).max() <= 0.5
        assert np.abs(clean - degraded).mean() > 3
