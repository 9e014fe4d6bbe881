from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rr_tasks.alignment.rewards.fidelity import fidelity
from rr_tasks.alignment.rewards.restorations import Restorations
from rr_tasks.photographs.pixels import Bytes


def test_what_is_closer_to_the_truth_is_better(
    restorations: Restorations, attempts: Mapping[str, Bytes]
) -> None:
    found = dict(zip(attempts, fidelity(restorations), strict=True))
    assert found["degraded"] == 0.0
    assert max(found, key=lambda name: found[name]) == "good"
    assert max(found["worse"], found["black"], found["red"], found["signed"]) < 0.0


def test_without_a_truth_the_structure_stays(attempts: Mapping[str, Bytes]) -> None:
    shown = list(attempts.values())
    found = dict(
        zip(
            attempts,
            fidelity(Restorations([attempts["degraded"]] * len(shown), shown, [None] * len(shown))),
            strict=True,
        )
    )
    assert found["degraded"] == pytest.approx(1.0, abs=1e-4)
    assert found["good"] > 0.95 > found["signed"] > found["black"]


@given(levels=st.lists(st.integers(0, 255), min_size=3, max_size=3))
def test_it_is_bounded_and_follows_the_error(levels: list[int]) -> None:
    clean, degraded, restored = (np.full((8, 8, 3), level, np.uint8) for level in levels)
    (found,) = fidelity(Restorations([degraded], [restored], [clean]))
    assert -1.0 <= found <= 1.0
    errors = [abs(levels[0] - level) for level in levels[1:]]
    assert np.sign(found) == np.sign(errors[0] - errors[1])
