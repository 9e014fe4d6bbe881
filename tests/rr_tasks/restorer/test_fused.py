from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch

from rr_tasks.restorer import fused
from rr_tasks.restorer.fused import FusedNetwork
from rr_tasks.restorer.guides import PLANES
from rr_tasks.restorer.network import CONDITION_LENGTH, EdgeCondition, RestorerNetwork

MakeNetwork = Callable[..., RestorerNetwork]
DRAW = torch.Generator().manual_seed(0)
SIZES = [(16, 16), (48, 32), (32, 80)]
PRIORS = torch.rand(2, CONDITION_LENGTH, generator=DRAW)
TIMES = torch.tensor([1.0, 0.3])


@pytest.fixture
def network(restorer_network: MakeNetwork) -> RestorerNetwork:
    """A network in which every weight matters."""
    network = restorer_network(noise=0.3, guides=True)
    with torch.no_grad():
        for name, weight in network.named_parameters():
            if "norm" in name or "bias" in name:
                weight.add_(0.5 * torch.randn(weight.shape, generator=DRAW))
    return network


@pytest.fixture
def _exact(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fused, "compute_type", lambda _device: torch.float32)


@pytest.fixture(params=[1, 1500, 2**30])
def _strips(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    monkeypatch.setattr(fused, "_STRIP_BYTES", request.param)


def _images(size: tuple[int, int]) -> tuple[torch.Tensor, EdgeCondition]:
    degraded, guides = (torch.rand(2, planes, *size, generator=DRAW) for planes in (3, PLANES))
    x = degraded + 0.1 * torch.randn(degraded.shape, generator=DRAW)
    return x, EdgeCondition(degraded, PRIORS, guides)


@pytest.mark.usefixtures("_exact", "_strips")
@pytest.mark.parametrize("size", SIZES)
def test_it_computes_what_the_network_computes(
    network: RestorerNetwork, size: tuple[int, int]
) -> None:
    x, known = _images(size)
    with torch.no_grad():
        wanted = network(x, TIMES, known)
        found = FusedNetwork(network)(x, TIMES, known)
    assert (wanted - known.degraded).abs().max() > 0.5
    assert torch.allclose(found, wanted, atol=1e-3)


def test_its_own_precision_is_enough(network: RestorerNetwork) -> None:
    x, known = _images((64, 64))
    with torch.no_grad():
        wanted = network(x, TIMES, known)
        found = FusedNetwork(network)(x, TIMES, known)
    assert found.dtype == torch.float32
    noise, change = (found - wanted).square().mean(), (wanted - known.degraded).square().mean()
    assert noise < 1e-3 * change


@pytest.mark.usefixtures("_exact")
def test_each_thread_has_the_prior_of_its_own_photograph(network: RestorerNetwork) -> None:
    x, known = _images((32, 32))
    network_in_use = FusedNetwork(network)

    def restore(turn: int) -> bool:
        one = slice(turn % 2, turn % 2 + 1)
        return torch.allclose(network_in_use(x, TIMES, known)[one], wanted[one])

    wanted = FusedNetwork(network)(x, TIMES, known)
    with ThreadPoolExecutor(4) as threads:
        assert all(threads.map(restore, range(16)))
