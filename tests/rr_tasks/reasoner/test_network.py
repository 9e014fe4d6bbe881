import pytest
import torch

from rr_tasks.reasoner.cepstrum import SHAPE
from rr_tasks.reasoner.network import OUTPUT_LENGTH, ReasonerNetwork, _Attention
from schemas.network import ReasonerShape
from schemas.prior.current import DEGRADATIONS
from schemas.prior.vector import VECTOR_LENGTH


@pytest.fixture
def network() -> ReasonerNetwork:
    torch.manual_seed(0)
    made = ReasonerNetwork(ReasonerShape(widths=(8, 8, 8), hidden=16)).eval()
    torch.nn.init.normal_(made.role)
    with torch.no_grad():
        for layer in (made.head[0], made.head[-1]):
            layer.weight.mul_(20)  # of an untrained network all answers are alike
    return made


def views(*shape: int) -> torch.Tensor:
    chance = torch.Generator().manual_seed(len(shape))
    return torch.randint(0, 256, (*shape, 3, 32, 32), generator=chance, dtype=torch.uint8)


def photographs(count: int, working: int, native: int) -> list[torch.Tensor]:
    chance = torch.Generator().manual_seed(9)
    return [
        views(count),
        views(count, working),
        views(count, native, 1)[:, :, 0],
        torch.randn(count, *SHAPE, generator=chance),
        128 + 384 * torch.rand(count, generator=chance),
    ]


@pytest.mark.parametrize(("working", "native"), [(1, 1), (3, 1), (9, 4)])
def test_any_number_of_crops_gives_one_answer_for_each_photograph(
    network: ReasonerNetwork, working: int, native: int
) -> None:
    answer = network(*photographs(2, working, native))
    assert answer.shape == (2, OUTPUT_LENGTH) == (2, VECTOR_LENGTH + len(DEGRADATIONS))
    assert answer.dtype == torch.float32


def test_photographs_of_a_batch_do_not_mix(network: ReasonerNetwork) -> None:
    groups = photographs(3, 4, 2)
    together = network(*groups)
    alone = torch.cat([network(*(group[[place]] for group in groups)) for place in range(3)])
    assert torch.allclose(together, alone, atol=1e-3)


def test_crops_of_a_kind_may_come_in_any_order_but_kinds_are_told_apart(
    network: ReasonerNetwork,
) -> None:
    overview, working, _, *rest = photographs(1, 2, 1)
    native = torch.zeros(1, 2, 3, 32, 32).byte()
    answer = network(overview, working, native, *rest)
    other_order = (answer - network(overview, working.flip(1), native, *rest)).abs().max()
    other_kind = (answer - network(overview, native, working, *rest)).abs().max()
    assert other_order < 1e-4
    assert other_kind > 10 * other_order


def test_the_cepstrum_and_the_size_count(network: ReasonerNetwork) -> None:
    *views, cepstrum, short_side = photographs(1, 1, 1)
    answer = network(*views, cepstrum, short_side)
    assert not torch.allclose(network(*views, cepstrum.flip(1), short_side), answer)
    assert not torch.allclose(network(*views, cepstrum, short_side / 4), answer)


def test_a_fused_network_gives_the_same_answers(network: ReasonerNetwork) -> None:
    for part in network.modules():
        if isinstance(part, torch.nn.BatchNorm2d):
            for value in (part.weight, part.bias, part.running_mean, part.running_var):
                assert value is not None
                torch.nn.init.uniform_(value, 0.5, 1.5)
    groups = photographs(2, 3, 1)
    expected = network(*groups)
    fused = network.fuse()
    assert not any(isinstance(part, torch.nn.BatchNorm2d) for part in fused.modules())
    assert torch.allclose(fused(*groups), expected, atol=1e-4, rtol=1e-3)
    assert expected.std() > 0.01


def test_attention_averages_where_it_is_interested() -> None:
    attention = _Attention(2, 2)
    with torch.no_grad():
        attention.interest.weight.copy_(torch.tensor([[100.0, 0.0], [0.0, 0.0]]))
    tokens = torch.tensor([[[0.0, 3.0], [1.0, 5.0], [0.0, 1.0]]])
    found = attention(tokens)[0].tolist()
    assert found == pytest.approx([1.0, 5.0, 1 / 3, 3.0], abs=1e-4)
