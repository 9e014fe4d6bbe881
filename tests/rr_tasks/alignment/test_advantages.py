import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from rr_tasks.alignment.advantages import Selection, compare_members

ALL = Selection(least_spread=0.01, highest_mean=None)
NAN = float("nan")


def test_members_are_compared_with_their_group() -> None:
    found = compare_members(torch.tensor([[0.1, 0.3], [10.0, 30.0]]), ALL)
    assert found.values[0].tolist() == pytest.approx([-1.0, 1.0], abs=2e-3)
    assert found.values[1].tolist() == pytest.approx([-1.0, 1.0], abs=2e-3)
    assert found.alive.all()


def test_groups_that_teach_nothing_are_counted_and_left_out() -> None:
    rewards = torch.tensor([[0.5, 0.5001], [0.94, 0.98], [0.2, 0.4], [NAN, 0.3]])
    found = compare_members(rewards, Selection(least_spread=0.01, highest_mean=0.9))
    assert found.alive.any(1).tolist() == [False, False, True, False]
    assert found.values[[0, 1, 3]].eq(0).all()
    assert float(found.spreadless) == 0.5
    assert float(found.finished) == 0.25
    assert float(found.unjudged) == 0.125


def test_a_member_without_a_reward_does_not_count_as_a_bad_one() -> None:
    found = compare_members(torch.tensor([[0.1, NAN, 0.3]]), ALL)
    torch.testing.assert_close(found.values[0], torch.tensor([-1.0, 0.0, 1.0]), atol=2e-3, rtol=0)
    assert found.alive[0].tolist() == [True, False, True]


@given(st.lists(st.floats(-10, 10), min_size=2, max_size=40))
def test_advantages_are_bounded_and_balance(rewards: list[float]) -> None:
    found = compare_members(torch.tensor([rewards]), ALL)
    assert found.values.abs().max() <= 5
    assert found.values.isfinite().all()
    if found.values.abs().max() < 5:
        assert float(found.values.sum()) == pytest.approx(0.0, abs=1e-2)
