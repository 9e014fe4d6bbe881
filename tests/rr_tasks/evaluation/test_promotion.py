import re

import polars as pl
import pytest

from rr_tasks.evaluation.promotion import compare


def rows(haze: float, noise: float, clean: float, left: float | None = None) -> pl.DataFrame:
    """An evaluation of three photographs, degraded ones at 20 dB before."""
    return pl.DataFrame(
        {
            "combination": ["clean", "haze", "noise"],
            "psnr_before": [60.0, 20.0, 20.0],
            "psnr_after": [clean, haze, noise],
            "ssim_before": [1.0, 0.5, 0.5],
            "ssim_after": [1.0, 0.6, 0.6],
            "severity_before": [100.0] * 3,
            "severity_after": pl.Series([left] * 3, dtype=pl.Float64),
            "true_haze": [0.0, 50.0, 0.0],
            "true_blur": [0.0] * 3,
            "true_rain": [0.0] * 3,
            "true_noise": [0.0, 0.0, 50.0],
        }
    )


CHAMPION = rows(25.0, 27.0, 40.0)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_where_a_set_was_never_diagnosed_nothing_is_promoted(place: int) -> None:
    better = rows(30.0, 30.0, 50.0)
    seen = pl.Series([None if number == place else 1.0 for number in range(3)])
    verdict = compare(CHAMPION, better.with_columns(psnr_after=pl.col("psnr_after") * seen))
    assert not verdict.promoted
    name = ("clean", "haze", "noise")[place]
    assert verdict.reason == f"kept the champion: no photograph with {name} could be diagnosed"


@pytest.mark.parametrize(
    ("candidate", "promoted", "reason"),
    [
        (rows(25.5, 27.0, 40.0), True, r"^promoted: 26\.25 dB .* has 26\.00$"),
        (rows(25.0, 27.0401, 36.0), True, "^promoted"),
        (CHAMPION, False, r"is the champion already: 26\.00 dB"),
        (rows(24.0, 27.0, 40.0), False, r"kept the champion: 25\.50 dB is not 0\.02 dB above"),
        (rows(25.0, 27.03, 40.0), False, r"is not 0\.02 dB above its 26\.00"),
        (rows(19.9, 40.0, 40.0), False, "candidate makes haze worse than the input"),
        (rows(40.0, 40.0, 34.9), False, r"clean photographs fall to 34\.90 dB \(floor 35\.00\)"),
    ],
)
def test_a_candidate_must_be_better_and_harm_nothing(
    candidate: pl.DataFrame, promoted: bool, reason: str
) -> None:
    verdict = compare(CHAMPION, candidate)
    assert verdict.promoted == promoted
    assert verdict.already == (candidate is CHAMPION)
    assert verdict.champion_psnr == pytest.approx(26.0)
    with pytest.raises(AssertionError, match=reason):
        raise AssertionError(verdict.reason)


@pytest.mark.parametrize(
    ("candidate", "promoted", "reason"),
    [
        (rows(25.0, 26.92, 40.0, left=35.9), True, r"^promoted: 10% less severity .* 25\.96 dB"),
        (rows(25.0, 27.0401, 40.0, left=40.0), True, "^promoted: 26.02 dB"),
        (rows(25.0, 27.0, 40.0, left=36.1), False, r"26\.00 dB is not 0\.02 dB above its 26\.00"),
        (rows(25.0, 26.88, 40.0, left=10.0), False, r"75% less .* goes from 26\.00 to 25\.94 dB"),
        (rows(19.9, 32.1, 40.0, left=10.0), False, "made worse from 0.0% to 50.0%"),
        (rows(26.0, 27.0, 40.0, left=44.1), False, "10% more severity is left, though it is 26.50"),
        (rows(25.0, 27.0, 34.0, left=10.0), False, "clean photographs fall"),
        (rows(25.0, 27.01, 40.0, left=None), False, "is not"),
    ],
)
def test_much_less_severity_makes_up_for_a_little_psnr(
    candidate: pl.DataFrame, promoted: bool, reason: str
) -> None:
    verdict = compare(rows(25.0, 27.0, 40.0, left=40.0), candidate)
    assert verdict.promoted == promoted
    assert verdict.champion_severity == 40.0
    assert re.search(reason, verdict.reason), verdict.reason


def test_clean_photographs_need_not_be_better_than_the_champion_keeps_them() -> None:
    weak = rows(25.0, 27.0, 30.0)
    assert compare(weak, rows(28.0, 28.0, 30.5)).promoted
    assert not compare(weak, rows(28.0, 28.0, 29.5)).promoted
