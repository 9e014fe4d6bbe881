from collections.abc import Mapping

import numpy as np

from rr_tasks.alignment.rewards.restorations import Restorations
from rr_tasks.alignment.rewards.scene import scene_agreement
from rr_tasks.photographs.pixels import Bytes
from rr_tasks.reasoner.edge import EdgeReasoner
from tests.reasoners import DARK, RuleReasoner


def test_a_restoration_that_shows_something_else_agrees_less(
    restorations: Restorations, attempts: Mapping[str, Bytes], judge: EdgeReasoner
) -> None:
    found = dict(zip(attempts, scene_agreement(restorations, judge), strict=True))
    assert found["good"] == 1.0
    assert max(found["black"], found["red"], found["smoothed"]) < 1.0


def test_without_a_truth_the_degraded_photograph_says_what_is_shown(
    attempts: Mapping[str, Bytes], judge: EdgeReasoner
) -> None:
    degraded = attempts["degraded"]
    shown = [degraded, attempts["black"]]
    same, other = scene_agreement(Restorations([degraded] * 2, shown, [None] * 2), judge)
    assert same == 1.0 > other


def test_an_answer_that_cannot_be_parsed_is_no_reward() -> None:
    pale, dark = (np.full((32, 32, 3), level, np.uint8) for level in (200, DARK - 20))
    found = scene_agreement(
        Restorations([pale, pale, pale], [pale, dark, pale], [None, None, dark]), RuleReasoner()
    )
    assert np.isnan(found).tolist() == [False, True, True]
