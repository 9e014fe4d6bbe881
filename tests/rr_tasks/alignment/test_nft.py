from typing import Any

import pytest
import torch

from rr_tasks.alignment.advantages import Selection, compare_members
from rr_tasks.alignment.nft import nft_loss
from rr_tasks.alignment.policy import Policy
from rr_tasks.alignment.rollouts import Rollout
from rr_tasks.alignment.walks import Exploration
from tests.tint_restorer import BEST, GROUPS, TintRestorer, colour_of, exploration, roll


def loss_of(
    policy: Policy, rollout: Rollout, explored: Exploration, **changes: Any
) -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    chosen = {"strength": 1.0, "kl_weight": 0.0, "generator": generator, **changes}
    return nft_loss(policy, rollout, explored, **chosen)


def gradient(policy: Policy, rollout: Rollout, explored: Exploration, **changes: Any) -> Any:
    colour_of(policy).grad = None
    loss_of(policy, rollout, explored, **changes)["loss"].backward()
    return colour_of(policy).grad


def rated(rollout: Rollout, advantage: float) -> Rollout:
    """The same restorations, all with one advantage."""
    values = torch.full_like(rollout.advantages.values, advantage)
    alive = torch.ones_like(rollout.advantages.alive)
    return rollout._replace(advantages=rollout.advantages._replace(values=values, alive=alive))


@pytest.mark.parametrize("window", [1, 2])
def test_what_is_neither_better_nor_worse_teaches_nothing(window: int) -> None:
    policy = Policy(TintRestorer(), follows=True)
    explored = exploration(window=window, times=(1.0, 0.7, 0.4, 0.0))
    rollout = roll(policy, explored)
    assert float(gradient(policy, rated(rollout, 0.0), explored).abs().max()) < 1e-6
    assert float(gradient(policy, rated(rollout, 1.0), explored).abs().max()) > 1e-3


@pytest.mark.parametrize("strength", [0.1, 1.0])
@pytest.mark.parametrize("advantage", [-5.0, -2.0, 3.0])
def test_at_first_it_is_flow_matching_weighted_by_what_is_better(
    advantage: float, strength: float
) -> None:
    """At v = v_old the gradient is (2 r - 1) that of the squared error of x0, divided by its size.

    Divided by the strength, as the loss is, it does not depend on it.
    """
    policy = Policy(TintRestorer(), follows=True)
    explored = exploration()
    rollout = rated(roll(policy, explored), advantage)
    found = gradient(policy, rollout, explored, strength=strength).clone()
    colour_of(policy).grad = None
    predicted = (rollout.start + colour_of(policy)).repeat_interleave(explored.members, 0)
    apart = (predicted - rollout.x0).flatten(1)
    sizes = apart.detach().abs().mean(1)
    (apart.square().mean(1) / sizes).mean().backward()
    torch.testing.assert_close(found, advantage * colour_of(policy).grad, rtol=1e-3, atol=1e-5)


def test_it_reaches_the_optimum() -> None:
    policy = Policy(TintRestorer(), follows=True)
    explored = exploration(noise=0.3)
    optimizer = torch.optim.Adam([colour_of(policy)], lr=4e-3)
    for number in range(60):
        policy.begin_round(number)
        loss_of(policy, roll(policy, explored, seed=number), explored)["loss"].backward()
        optimizer.step()
        optimizer.zero_grad()
    assert float((colour_of(policy) - BEST).abs().max()) < 0.015


def test_dead_groups_teach_nothing_even_after_it_moved() -> None:
    policy = Policy(TintRestorer(), follows=True)
    explored = exploration()
    equal = torch.full((GROUPS, explored.members), 0.3)
    dead = compare_members(equal, Selection(1e-3, None))
    rollout = roll(policy, explored)
    colour_of(policy).data += 0.02
    assert gradient(policy, rollout, explored).ne(0).all()
    assert gradient(policy, rollout._replace(advantages=dead), explored).eq(0).all()


def test_leaving_the_start_costs() -> None:
    policy = Policy(TintRestorer(), follows=True)
    explored = exploration()
    rollout = roll(policy, explored)
    colour_of(policy).data += 0.02
    free, held = (loss_of(policy, rollout, explored, kl_weight=weight) for weight in (0.0, 0.5))
    typical = policy.restorer.typical_error
    assert float(held["kl"]) == pytest.approx(0.02**2 / typical, rel=1e-3)
    assert float(held["loss"] - free["loss"]) == pytest.approx(0.5 * float(held["kl"]), rel=1e-2)
