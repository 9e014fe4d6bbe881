import re
from pathlib import Path

import polars as pl
import pytest

from rr_tasks.evaluation.promotion import Verdict, champion_url, compare, promote
from rr_tasks.storage import atomic
from rr_tasks.storage.failure import StorageError
from rr_tasks.storage.files import join, publish_bytes, read_bytes
from rr_tasks.weights.file import locate_shipped
from schemas.network import NetworkName
from tests.s3 import S3

NAME: NetworkName = "edge-restorer"
VERDICT = Verdict(promoted=True, reason="promoted: better", champion_psnr=25.0, candidate_psnr=26.0)


def rows(haze: float, noise: float, clean: float) -> pl.DataFrame:
    """An evaluation of three photographs, degraded ones at 20 dB before."""
    return pl.DataFrame(
        {
            "combination": ["clean", "haze", "noise"],
            "psnr_before": [60.0, 20.0, 20.0],
            "psnr_after": [clean, haze, noise],
            "ssim_before": [1.0, 0.5, 0.5],
            "ssim_after": [1.0, 0.6, 0.6],
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


def test_clean_photographs_need_not_be_better_than_the_champion_keeps_them() -> None:
    weak = rows(25.0, 27.0, 30.0)
    assert compare(weak, rows(28.0, 28.0, 30.5)).promoted
    assert not compare(weak, rows(28.0, 28.0, 29.5)).promoted


@pytest.fixture(params=["local", "s3"])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "local":
        return str(tmp_path)
    s3: S3 = request.getfixturevalue("s3")
    return s3.url


def test_the_promoted_weights_come_before_the_shipped_ones(root: str) -> None:
    champions, candidate = join(root, "champions"), join(root, "candidate.safetensors")
    assert champion_url(champions, NAME) == locate_shipped(NAME)
    for content in (b"first", b"second"):
        publish_bytes(content, candidate)
        target = promote(candidate, champions, NAME, VERDICT)
        assert champion_url(champions, NAME) == target
        assert read_bytes(target) == content
    assert champion_url(champions, "edge-reasoner") == locate_shipped("edge-reasoner")
    written = read_bytes(join(champions, "edge-restorer.json"))
    assert Verdict.model_validate_json(written) == VERDICT


@pytest.mark.parametrize("whole", [0, 1])
def test_a_copy_that_is_cut_off_keeps_the_champion(
    whole: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    candidate, champions = str(tmp_path / "candidate.safetensors"), str(tmp_path / "champions")
    publish_bytes(b"champion", candidate)
    target = promote(candidate, champions, NAME, VERDICT)
    publish_bytes(b"candidate", candidate)

    room = iter(range(whole))

    def fill(_: int) -> None:
        if next(room, None) is None:
            raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(atomic.os, "fsync", fill)
        with pytest.raises(StorageError, match=f"^{re.escape(champions)}/.*: No space left"):
            promote(candidate, champions, NAME, VERDICT)
    assert champion_url(champions, NAME) == target
    assert read_bytes(target) == b"champion"
    promote(candidate, champions, NAME, VERDICT)
    assert read_bytes(target) == b"candidate"
