from collections.abc import Mapping

import numpy as np
import pytest

from rr_tasks.alignment.rewards.restorations import Restorations
from rr_tasks.alignment.rewards.severity import (
    expect_parts,
    local_reduction,
    severity_reduction,
    share_removed,
)
from rr_tasks.photographs.pixels import Bytes
from rr_tasks.reasoner.edge import EdgeReasoner
from tests.reasoners import DARK, RuleReasoner


def test_what_is_removed_counts_against_what_was_there_and_is_new() -> None:
    before = np.array([40.0, 0.0, 8.0, 60.0])
    cases = {
        (40.0, 0.0, 8.0, 60.0): 0.0,
        (0.0, 0.0, 0.0, 0.0): 1.0,  # what could not be seen does not count when it is gone
        (20.0, 0.0, 8.0, 30.0): 0.5,
        (20.0, 30.0, 8.0, 30.0): 0.2,
        (20.0, 0.0, 28.0, 30.0): 0.3,
        (50.0, 0.0, 8.0, 60.0): -0.1,
        (100.0, 100.0, 100.0, 100.0): -1.0,
    }
    for after, share in cases.items():
        assert share_removed(before, np.array(after)) == pytest.approx(share), after


def test_a_clean_photograph_can_only_become_worse() -> None:
    clean = np.array([2.0, 0.0, 5.0, 0.0])
    assert share_removed(clean, np.zeros(4)) == 0.0
    assert share_removed(clean, np.array([2.0, 5.0, 5.0, 0.0])) == pytest.approx(-0.5)


@pytest.mark.parametrize("side", ["before", "after"])
def test_what_the_judge_cannot_say_is_unknown(side: str) -> None:
    known, unknown = np.full((1, 4), 50.0), np.full((1, 4), np.nan)
    pair = (known, unknown) if side == "after" else (unknown, known)
    assert np.isnan(share_removed(*pair)).all()


def test_an_answer_that_cannot_be_parsed_is_no_reward() -> None:
    pale, dark = (np.full((32, 32, 3), level, np.uint8) for level in (200, DARK - 20))
    half = np.concatenate([pale[:16], dark[16:]])
    both = Restorations([pale, pale, pale], [pale, half, dark], [None] * 3)
    whole, local = (
        reward(both, RuleReasoner()) for reward in (severity_reduction, local_reduction)
    )
    assert np.isnan(whole).tolist() == [False, False, True]
    assert np.isnan(local).tolist() == [False, True, True]


def test_each_photograph_is_shown_once(photograph: Bytes) -> None:
    shown = []

    class Watched(RuleReasoner):
        def expected_severities(self, images):
            shown.extend(images)
            return super().expected_severities(images)

    other = photograph[::-1]
    severities = expect_parts(Watched(), [photograph, other, photograph], 2)
    assert severities.shape == (3, 4, 4)
    assert np.array_equal(severities[0], severities[2], equal_nan=True)
    quarters = [photograph[64:, :96], other[:64, 96:]]
    assert np.array_equal(shown[2], quarters[0])
    assert np.array_equal(shown[5], quarters[1])
    assert len(shown) == 8


def test_the_judge_sees_what_helped_and_what_did_not(
    restorations: Restorations, attempts: Mapping[str, Bytes], judge: EdgeReasoner
) -> None:
    whole, local = (
        dict(zip(attempts, reward(restorations, judge), strict=True))
        for reward in (severity_reduction, local_reduction)
    )
    for found in (whole, local):
        assert found["good"] > 0.2 > found["degraded"] > found["worse"]
        assert found["smoothed"] < 0
        assert found["black"] == pytest.approx(0.0, abs=0.01)  # of which nothing else is found
    assert local["hazy in a corner"] < local["good"] - 0.1
