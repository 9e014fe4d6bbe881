import pytest
import torch

from rr_tasks.alignment.policy import Policy
from rr_tasks.restorer.edge import EdgeRestorer
from rr_tasks.restorer.network import RestorerNetwork
from tests.tint_restorer import TintRestorer, colour_of


def test_the_start_is_remembered_whatever_is_learned(restorer_network) -> None:
    network: RestorerNetwork = restorer_network(noise=0.1)
    restorer = EdgeRestorer(network)
    policy = Policy(restorer)
    image = torch.rand((1, 3, 32, 32), generator=torch.Generator().manual_seed(0))
    condition = restorer.prepare(image, [None], image[:, :0])
    time = torch.ones(1)
    with torch.autocast("cpu", torch.bfloat16):  # keeps what it made of weights
        before = restorer.velocity(image, time, condition).detach()
        with torch.no_grad():
            for value in network.parameters():
                value.mul_(1.5)
        torch.clear_autocast_cache()
        learned = restorer.velocity(image, time, condition)
        with policy.at_start():
            start = restorer.velocity(image, time, condition)
        again = restorer.velocity(image, time, condition)
    assert torch.equal(start, before)
    assert not start.requires_grad
    assert torch.equal(again, learned)
    assert not torch.equal(learned, start)
    again.sum().backward()
    assert all(value.grad is not None for value in network.parameters())


@pytest.mark.parametrize(("turn", "kept"), [(0, 0.0), (100, 0.1), (900, 0.5)])
def test_weights_that_act_follow_faster_at_first(turn: int, kept: float) -> None:
    policy = Policy(TintRestorer(), follows=True)
    colour_of(policy).data += 1.0
    policy.begin_round(turn)
    with policy.acting():
        assert torch.allclose(colour_of(policy), torch.tensor(1 - kept))
    assert colour_of(policy).eq(1).all()


def test_only_weights_that_follow_are_part_of_a_checkpoint() -> None:
    names = {"network.colour", "network.frozen"}
    assert Policy(TintRestorer()).state_dict().keys() == names
    assert Policy(TintRestorer(), follows=True).state_dict().keys() == names | {"actor_0"}
