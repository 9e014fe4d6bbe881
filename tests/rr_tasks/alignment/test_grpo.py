from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import settings as quick
from hypothesis import strategies as st

from rr_tasks.alignment.advantages import Selection, compare_members
from rr_tasks.alignment.grpo import TrustRegion, compare, grpo_loss
from rr_tasks.alignment.policy import Policy
from rr_tasks.alignment.steps import Step
from rr_tasks.alignment.walks import Taken
from rr_tasks.restorer.flow import Isotropic
from tests.tint_restorer import (
    BEST,
    GROUPS,
    TintRestorer,
    colour_of,
    exploration,
    roll,
)

FREE = TrustRegion("clip", 10.0)


def loss_of(policy: Policy, rollout: Any, explored: Any, **changes: Any) -> dict[str, torch.Tensor]:
    chosen = {"region": FREE, "kl_weight": 0.0, **changes}
    return grpo_loss(policy, rollout, explored, **chosen)


@pytest.mark.parametrize("sampler", ["sde", "cps"])
@pytest.mark.parametrize("window", [1, 2])
def test_the_ratio_is_exactly_1_before_the_first_update(sampler: str, window: int) -> None:
    policy = Policy(TintRestorer())
    explored = exploration(sampler=sampler, window=window, times=(1.0, 0.7, 0.4, 0.0))
    losses = loss_of(policy, roll(policy, explored), explored, region=TrustRegion("clip", 1e-5))
    assert float(losses["ratio"]) == 1.0
    assert float(losses["ratio_spread"]) == 0.0
    assert float(losses["clipped"]) == 0.0
    assert float(losses["kl"]) == 0.0


@quick(max_examples=10)
@given(
    colour=st.lists(st.floats(-0.02, 0.02), min_size=3, max_size=3),
    sampler=st.sampled_from(["sde", "cps"]),
)
def test_gradients_equal_finite_differences(colour: list[float], sampler: str) -> None:
    policy = Policy(TintRestorer())
    explored = exploration(sampler=sampler, window=2, times=(1.0, 0.7, 0.4, 0.0))
    rollout = roll(policy, explored)
    learned = colour_of(policy)
    learned.data += torch.tensor(colour).reshape(3, 1, 1)
    loss_of(policy, rollout, explored, kl_weight=0.1)["loss"].backward()
    step = 4e-3
    for channel in range(3):
        ends = []
        for sign in (1, -1):
            learned.data[channel] += sign * step
            found = loss_of(policy, rollout, explored, kl_weight=0.1)["loss"]
            ends.append(float(found.detach()))
            learned.data[channel] -= sign * step
        slope = (ends[0] - ends[1]) / (2 * step)
        assert float(learned.grad[channel]) == pytest.approx(slope, rel=0.03, abs=2e-3)


@pytest.mark.parametrize("region", [TrustRegion("clip", 0.01), TrustRegion("mask", 0.5)])
def test_it_reaches_the_optimum(region: TrustRegion) -> None:
    policy = Policy(TintRestorer())
    explored = exploration(noise=0.3)
    optimizer = torch.optim.Adam([colour_of(policy)], lr=4e-3)
    for number in range(60):
        rollout = roll(policy, explored, seed=number // 2)
        loss_of(policy, rollout, explored, region=region)["loss"].backward()
        optimizer.step()
        optimizer.zero_grad()
    assert float((colour_of(policy) - BEST).abs().max()) < 0.015
    assert policy.network.get_parameter("frozen").eq(0).all()


def test_dead_groups_teach_nothing_and_are_counted() -> None:
    policy = Policy(TintRestorer())
    explored = exploration()
    rollout = roll(policy, explored)
    equal = torch.full((GROUPS, explored.members), 0.3)
    dead = rollout._replace(advantages=compare_members(equal, Selection(1e-3, None)))
    losses = loss_of(policy, dead, explored)
    losses["loss"].backward()
    assert colour_of(policy).grad.eq(0).all()
    assert float(losses["groups_spreadless"]) == 1.0
    assert float(losses["reward_colour"]) == pytest.approx(rollout.rewards["colour"])


def test_the_trust_region_stops_members_that_would_go_on() -> None:
    policy = Policy(TintRestorer())
    explored = exploration()
    rollout = roll(policy, explored)
    colour_of(policy).data += 0.02
    for region in (TrustRegion("clip", 1e-6), TrustRegion("mask", 1e-6)):
        colour_of(policy).grad = None
        losses = loss_of(policy, rollout, explored, region=region)
        losses["loss"].backward()
        assert 0 < float(losses["clipped"]) < 1
        stopped = colour_of(policy).grad
        colour_of(policy).grad = None
        loss_of(policy, rollout, explored)["loss"].backward()
        assert not torch.allclose(stopped, colour_of(policy).grad)


def test_leaving_the_start_costs() -> None:
    policy = Policy(TintRestorer())
    explored = exploration()
    rollout = roll(policy, explored)
    colour_of(policy).data += 0.03
    free, held = (loss_of(policy, rollout, explored, kl_weight=weight) for weight in (0.0, 2.0))
    assert float(held["kl"]) > 0
    assert float(held["loss"] - free["loss"]) == pytest.approx(2 * float(held["kl"]), rel=1e-3)


@pytest.mark.parametrize("spread", [0.03, 0.5])
def test_the_ratio_is_normalised_over_levels_of_noise(spread: float) -> None:
    """The mean of the plain ratio of a policy that moved is below 1, far below at low noise."""
    white = torch.randn((4000, 12), generator=torch.Generator().manual_seed(0))
    before = Step(torch.zeros(1, 12), spread, Isotropic(1.0))
    end = before.draw(white)
    taken = Taken(end, 1.0, 0.5, before.mean, end, before.log_probability(end))
    after = Step(torch.full((1, 12), 0.1), spread, Isotropic(1.0))
    ratio, moved = compare(after, taken)
    plain = after.log_probability(end) - before.log_probability(end)
    assert float(plain.mean()) == pytest.approx(-0.5 * (0.1 / spread) ** 2, rel=0.2)
    assert float(moved.mean()) == pytest.approx(0.5 * (0.1 / spread) ** 2, rel=1e-3)
    assert float(ratio.log().mean()) == pytest.approx(0.0, abs=1e-3)
    assert float(ratio.log().std()) == pytest.approx(0.1 / 12**0.5, rel=0.05)
