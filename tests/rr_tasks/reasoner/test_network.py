import pytest
import torch

from rr_tasks.reasoner.cepstrum import SHAPE
from rr_tasks.reasoner.kernels import KERNEL_SIDE
from rr_tasks.reasoner.layers import Attention
from rr_tasks.reasoner.network import OUTPUT_LENGTH, Reading, ReasonerNetwork
from schemas.network import ReasonerShape
from schemas.prior.current import DEGRADATIONS
from schemas.prior.vector import VECTOR_LENGTH


@pytest.fixture(params=[True, False])
def network(request: pytest.FixtureRequest) -> ReasonerNetwork:
    torch.manual_seed(0)
    shape = ReasonerShape(widths=(8, 8, 8), hidden=16, maps=request.param)
    made = ReasonerNetwork(shape).eval()
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
        torch.randn(count, 2, *SHAPE, generator=chance),
        128 + 384 * torch.rand(count, generator=chance),
    ]


def flat(reading: Reading) -> torch.Tensor:
    """Everything that was read, (B, N)."""
    return torch.cat([part.flatten(1) for part in reading if part is not None], 1)


@pytest.mark.parametrize(("working", "native"), [(2, 1), (3, 1), (9, 4)])
def test_any_number_of_crops_gives_one_answer_for_each_photograph(
    network: ReasonerNetwork, working: int, native: int
) -> None:
    entries, maps, kernels = network(*photographs(2, working, native))
    assert entries.shape == (2, OUTPUT_LENGTH) == (2, VECTOR_LENGTH + len(DEGRADATIONS) + 6)
    assert entries.dtype == torch.float32
    if network.shape.maps:
        assert maps is not None
        assert kernels is not None
        assert maps.shape == (2, 2, 4, 4)  # an eighth of a view
        assert kernels.shape == (2, KERNEL_SIDE, KERNEL_SIDE)
    else:
        assert maps is kernels is None


def test_photographs_of_a_batch_do_not_mix(network: ReasonerNetwork) -> None:
    groups = photographs(3, 4, 2)
    together = flat(network(*groups))
    alone = torch.cat([flat(network(*(group[[place]] for group in groups))) for place in range(3)])
    assert torch.allclose(together, alone, atol=1e-3)


def test_crops_of_a_kind_may_come_in_any_order_but_kinds_are_told_apart(
    network: ReasonerNetwork,
) -> None:
    overview, working, _, *rest = photographs(1, 3, 1)
    native = torch.zeros(1, 3, 3, 32, 32).byte()
    reordered = working[:, [0, 2, 1]]  # the first one may be the sharpest window
    answer, other_order, other_kind = (
        flat(network(overview, *crops, *rest))
        for crops in ((working, native), (reordered, native), (native, working))
    )
    off_by_order, off_by_kind = (
        (answer - other).abs().max() for other in (other_order, other_kind)
    )
    assert off_by_order < 1e-4
    assert off_by_kind > 10 * off_by_order


def test_the_cepstrum_and_the_size_count(network: ReasonerNetwork) -> None:
    *views, cepstra, short_side = photographs(1, 2, 1)
    answer = flat(network(*views, cepstra, short_side))
    assert not torch.allclose(flat(network(*views, cepstra.flip(2), short_side)), answer)
    assert not torch.allclose(flat(network(*views, cepstra, short_side / 4)), answer)


def test_the_sharpest_window_counts_for_networks_with_maps(network: ReasonerNetwork) -> None:
    overview, working, native, cepstra, short_side = photographs(1, 3, 1)
    answer = flat(network(overview, working, native, cepstra, short_side))
    other_window = flat(network(overview, working.roll(1, 1), native, cepstra, short_side))
    changed = cepstra.clone()
    changed[:, 1] *= -1
    other_cepstrum = flat(network(overview, working, native, changed, short_side))
    for other in (other_window, other_cepstrum):
        assert torch.allclose(other, answer, atol=1e-4) is not network.shape.maps


def test_a_fused_network_gives_the_same_answers(network: ReasonerNetwork) -> None:
    for part in network.modules():
        if isinstance(part, torch.nn.BatchNorm2d):
            for value in (part.weight, part.bias, part.running_mean, part.running_var):
                assert value is not None
                torch.nn.init.uniform_(value, 0.5, 1.5)
    groups = photographs(2, 3, 1)
    expected = flat(network(*groups))
    fused = network.fuse()
    assert not any(isinstance(part, torch.nn.BatchNorm2d) for part in fused.modules())
    assert torch.allclose(flat(fused(*groups)), expected, atol=1e-4, rtol=1e-3)
    assert expected.std() > 0.01


def test_attention_averages_where_it_is_interested() -> None:
    attention = Attention(2, 2)
    with torch.no_grad():
        attention.interest.weight.copy_(torch.tensor([[100.0, 0.0], [0.0, 0.0]]))
    tokens = torch.tensor([[[0.0, 3.0], [1.0, 5.0], [0.0, 1.0]]])
    found = attention(tokens)[0].tolist()
    assert found == pytest.approx([1.0, 5.0, 1 / 3, 3.0], abs=1e-4)
