import doctest
import importlib
from collections.abc import Mapping

import numpy as np
import pytest
from pydantic import ValidationError

from rr_tasks.alignment.rewards.model import JUDGED, MEASURED, RewardModel
from rr_tasks.alignment.rewards.restorations import Restorations
from rr_tasks.photographs.pixels import Bytes
from rr_tasks.reasoner.edge import EdgeReasoner
from schemas.alignment import RewardWeights
from tests.reasoners import DARK, RuleReasoner


def test_a_good_restoration_beats_everything_that_only_looks_good_to_one_reward(
    restorations: Restorations, attempts: Mapping[str, Bytes], judge: EdgeReasoner
) -> None:
    scores = RewardModel(judge, RewardWeights()).score(restorations)
    total = dict(zip(attempts, scores["total"], strict=True))
    others = {name: score for name, score in total.items() if name != "good"}
    assert total["good"] > max(others.values()) + 0.1, total
    for name in ("worse", "smoothed", "black"):
        assert total[name] < total["degraded"] - 0.1, total


def test_parts_are_weighted_and_those_without_weight_are_left_out(
    restorations: Restorations, judge: EdgeReasoner
) -> None:
    weights = RewardWeights(severity=2.0, local=0.0, scene=0.0, fidelity=0.5, naturalness=0.0)
    scores = RewardModel(judge, weights).score(restorations)
    assert list(scores) == ["severity", "fidelity", "total"]
    parts = 2 * np.array(scores["severity"]) + 0.5 * np.array(scores["fidelity"])
    assert scores["total"] == pytest.approx(parts)


def test_every_part_has_a_weight() -> None:
    assert set(RewardWeights.model_fields) == {*JUDGED, *MEASURED}
    with pytest.raises(ValidationError, match="no reward has a weight"):
        RewardWeights(**dict.fromkeys(RewardWeights.model_fields, 0.0))


def test_no_score_is_made_up_where_the_judge_has_no_answer() -> None:
    pale, dark = (np.full((32, 32, 3), level, np.uint8) for level in (200, DARK - 20))
    both = Restorations([pale, pale], [pale, dark], [pale, pale])
    scores = RewardModel(RuleReasoner(), RewardWeights()).score(both)
    assert np.isnan(scores["total"]).tolist() == [False, True]
    assert not np.isnan(scores["fidelity"]).any()


@pytest.mark.parametrize("name", ["severity", "scene", "fidelity"])
def test_examples_in_docstrings_are_true(name: str) -> None:
    module = importlib.import_module(f"rr_tasks.alignment.rewards.{name}")
    tried = doctest.testmod(module, optionflags=doctest.ELLIPSIS)
    assert tried.attempted
    assert not tried.failed
