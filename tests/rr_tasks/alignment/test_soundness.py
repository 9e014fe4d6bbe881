from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from rr_tasks.alignment.rewards.restorations import Restorations
from rr_tasks.alignment.soundness import UnsoundJudgeError, check_judge, measure_soundness
from rr_tasks.photographs.pixels import Bytes
from tests.reasoners import RuleReasoner

LEAST = 0.9
LEVELS = (0.3, 0.5, 0.7)
CLEAN = [np.full((32, 32, 3), round(255 * level), np.uint8) for level in LEVELS]


class PaleReasoner(RuleReasoner):
    """Takes light for haze, and texture for noise; the more of it, the less, if it is `wrong`."""

    def __init__(self, *, wrong: bool = False) -> None:
        super().__init__()
        self._wrong = wrong

    def expected_severities(self, images: Sequence[Bytes]) -> npt.NDArray[np.float64]:
        rows = np.zeros((len(images), 4))
        rows[:, 0] = [image.mean() / 2.55 for image in images]
        noise = np.array([image.astype(float).std() for image in images])
        rows[:, 3] = np.where(noise > 0, 40 + 40 * np.cos(noise / 4), 0) if self._wrong else noise
        return rows


def lighter(image: Bytes) -> Bytes:
    return np.asarray(cv2.addWeighted(image, 0.5, np.full_like(image, 255), 0.5, 0))


def woven(image: Bytes) -> Bytes:
    added = np.indices(image.shape[:2]).sum(0) % 2 * 60 - 30
    return (image + added[..., None]).clip(0, 255).astype(np.uint8)


def test_severities_that_follow_the_degradation_are_sound() -> None:
    hazy, woven_ = ([change(image) for image in CLEAN] for change in (lighter, woven))
    figures = measure_soundness(PaleReasoner(), CLEAN, hazy)
    assert figures["type"].to_list() == ["haze"]  # there is no noise
    assert figures["photographs"].to_list() == [3]
    assert figures["spearman"].to_list() == pytest.approx([1.0])
    check_judge(PaleReasoner(), Restorations(hazy, woven_, CLEAN), LEAST)


def test_a_judge_that_is_wrong_about_what_restorers_leave_is_refused() -> None:
    hazy, woven_ = ([change(image) for image in CLEAN] for change in (lighter, woven))
    check_judge(PaleReasoner(wrong=True), Restorations(hazy, hazy, CLEAN), LEAST)
    told = r"clean and restored photographs, the severity of noise .* correlation of 0\.\d\d \(3 ph"
    with pytest.raises(UnsoundJudgeError, match=told):
        check_judge(PaleReasoner(wrong=True), Restorations(hazy, woven_, CLEAN), LEAST)


def test_a_few_photographs_prove_nothing_and_unknown_truths_do_not_count() -> None:
    woven_ = [woven(image) for image in CLEAN]
    judge = PaleReasoner(wrong=True)
    check_judge(judge, Restorations(woven_[:2], woven_[:2], CLEAN[:2]), LEAST)
    check_judge(judge, Restorations(woven_, woven_, [*CLEAN[:2], None]), LEAST)
    with pytest.raises(UnsoundJudgeError, match="clean and degraded photographs"):
        check_judge(judge, Restorations(woven_, woven_, CLEAN), LEAST)


def test_a_single_photograph_in_which_a_judge_errs_does_not_decide() -> None:
    class Erring(PaleReasoner):
        """Mixes blends up, of the darkest photograph."""

        batch_size = 6  # all blends of a photograph

        def expected_severities(self, images: Sequence[Bytes]) -> npt.NDArray[np.float64]:
            rows = super().expected_severities(images)
            if images[0].mean() < 100:
                rows[1:-1, 0] = rows[1:-1, 0][::-1]
            return rows

    hazy = [lighter(image) for image in CLEAN]
    (spearman,) = measure_soundness(Erring(), CLEAN[:1], hazy[:1])["spearman"]
    assert spearman < 0.5
    check_judge(Erring(), Restorations(hazy, hazy, CLEAN), LEAST)


@pytest.mark.parametrize("answer", [0.0, 40.0, float("nan")])
def test_a_judge_that_never_finds_anything_is_refused(answer: float) -> None:
    class Numb(RuleReasoner):
        def expected_severities(self, images: Sequence[Bytes]) -> npt.NDArray[np.float64]:
            return np.full((len(images), 4), answer)

    hazy = [lighter(image) for image in CLEAN]
    with pytest.raises(UnsoundJudgeError, match="in none of 3 degraded photographs"):
        check_judge(Numb(), Restorations(hazy, CLEAN, CLEAN), LEAST)
    check_judge(Numb(), Restorations(hazy[:2], CLEAN[:2], CLEAN[:2]), LEAST)
