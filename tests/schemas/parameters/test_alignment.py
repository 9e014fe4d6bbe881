"""Parameters of alignment refuse walks that cannot be learned from."""

import pytest
from pydantic import ValidationError

from schemas.parameters.alignment import AlignParameters

FOLDERS = {"shards": "data/shards", "annotations": "data/annotations", "output": "runs/aligned"}


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"times": (0.9, 0.5, 0.0)}, "from 1 to 0"),
        ({"times": (1.0, 0.2, 0.5, 0.0)}, "from 1 to 0"),
        ({"times": (1.0, 0.0)}, "must leave the last of the 1 steps"),
        ({"times": (1.0, 0.5, 0.0), "window": 2}, "must leave the last of the 2 steps"),
        ({"updates": 2, "examine_every": 25}, "a multiple of updates"),
        ({"sampler": "cps", "noise": 1.5}, "at most 1"),
        ({"rewards": {"severity": -1.0}}, "severity"),
    ],
)
def test_what_cannot_be_learned_from_is_refused(given, problem):
    with pytest.raises(ValidationError, match=problem):
        AlignParameters(**FOLDERS, **given)


def test_how_to_learn_does_not_depend_on_where():
    here = AlignParameters(**FOLDERS, times=[1.0, 0.3, 0.0])
    there = here.model_copy(update={"output": "elsewhere", "device": "cpu"})
    assert here.method() == there.method()
    assert here.method() != here.model_copy(update={"noise": 0.1}).method()
