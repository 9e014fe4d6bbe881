from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.nn import functional

from rr_tasks.restorer.edge import TAU, EdgeRestorer
from rr_tasks.restorer.network import EdgeCondition, RestorerNetwork
from rr_tasks.restorer.protocol import Place
from rr_tasks.restorer.sampling import restore_parts
from rr_tasks.training.flow import FlowBatch, flow_loss
from rr_tasks.training.objective import Losses
from schemas.network import RestorerShape
from schemas.prior.current import DiagnosticPrior

MakeNetwork = Callable[..., RestorerNetwork]


def batch(count: int, side: int = 16, prior: DiagnosticPrior | None = None) -> FlowBatch:
    generator = torch.Generator().manual_seed(0)
    clean = torch.randint(0, 256, (count, 3, side, side), dtype=torch.uint8, generator=generator)
    degraded = (clean.float() * 0.5 + 40).to(torch.uint8)
    return FlowBatch(clean, degraded, clean[:, :0], (prior,) * count)


class Witness(RestorerNetwork):
    """Remembers what the loss asks of the network, and answers with a given image."""

    def __init__(self, answer: torch.Tensor | None = None) -> None:
        super().__init__(RestorerShape(width=4, encoder=(), middle=0, decoder=(), embedding=4))
        self.answer = answer

    def forward(self, x: torch.Tensor, t: torch.Tensor, condition: EdgeCondition) -> torch.Tensor:
        self.x, self.t, self.condition = x, t, condition
        return condition.degraded if self.answer is None else self.answer


def bridge_loss(
    network: RestorerNetwork, data: FlowBatch, prior: torch.Tensor, generator: torch.Generator
) -> Losses:
    """The loss that trained the shipped weights, written for the edge network alone."""
    clean, degraded = data.clean.float() / 255, data.degraded.float() / 255
    count = len(clean)
    at_one = torch.rand(count, generator=generator) < 0.75
    t = torch.where(at_one, 1.0, torch.rand(count, generator=generator).clamp(min=0.02))
    quiet = at_one & (torch.rand(count, generator=generator) < 0.5)
    noise = torch.randn(clean.shape, generator=generator) * ~quiet[:, None, None, None]
    time = t[:, None, None, None]
    x = (1 - time) * clean + time * (degraded + 0.1 * noise)
    condition = EdgeCondition(degraded, prior, clean[:, :0])
    error = functional.mse_loss(network(x, t, condition), clean, reduction="none").mean((1, 2, 3))
    regression = torch.log((error + 1e-4) / 1e-4)
    before = (degraded - clean).square().mean((1, 2, 3))
    return {
        "loss": torch.where(at_one, regression, error / 3e-3).mean(),
        "psnr": (-10 * torch.log10(error[at_one].clamp(min=1e-8))).mean(),
        "psnr_degraded": (-10 * torch.log10(before[at_one].clamp(min=1e-8))).mean(),
    }


@pytest.mark.parametrize("seed", range(4))
def test_the_loss_of_the_edge_tier_is_the_one_that_trained_the_shipped_weights(
    restorer_network: MakeNetwork, prior: DiagnosticPrior, seed: int
) -> None:
    network, data = restorer_network(noise=0.1), batch(12, prior=prior)
    restorer = EdgeRestorer(network)
    condition = restorer.prepare(data.degraded.float() / 255, data.priors, data.guides).prior
    ours = flow_loss(restorer, data, torch.Generator().manual_seed(seed))
    gradients = torch.autograd.grad(ours["loss"], list(network.parameters()))
    theirs = bridge_loss(network, data, condition, torch.Generator().manual_seed(seed))
    expected = torch.autograd.grad(theirs["loss"], list(network.parameters()))
    assert {name: value.item() for name, value in ours.items()} == pytest.approx(
        {name: value.item() for name, value in theirs.items()}, rel=1e-5
    )
    for one, other in zip(gradients, expected, strict=True):
        assert torch.allclose(one, other, rtol=1e-3, atol=1e-5)


def test_the_loss_walks_the_flow_that_restoring_walks() -> None:
    witness, data = Witness(), batch(400, side=4)
    flow_loss(EdgeRestorer(witness), data, torch.Generator().manual_seed(5))
    clean, t = data.clean / 255, witness.t
    at_one = t == 1.0
    assert 0.65 < at_one.float().mean() < 0.85
    assert t.min() >= 0.02
    time = t[:, None, None, None]
    noise = (witness.x - (1 - time) * clean - time * witness.condition.degraded) / (time * TAU)
    spread = noise.std((1, 2, 3))
    quiet = spread < 1e-3
    assert not (quiet & ~at_one).any()
    assert 0.4 < quiet[at_one].float().mean() < 0.6
    assert spread[~quiet].mean() == pytest.approx(1.0, abs=0.05)


def test_a_quiet_start_at_one_is_what_restoring_does(restorer_network: MakeNetwork) -> None:
    network, witness, data = restorer_network(noise=0.2), Witness(), batch(40)
    losses = flow_loss(EdgeRestorer(witness), data, torch.Generator().manual_seed(5))
    quiet = (witness.t == 1.0) & (witness.x == witness.condition.degraded).flatten(1).all(1)
    one = int(torch.nonzero(quiet)[0])
    chosen = slice(one, one + 1)
    flow = EdgeRestorer(network)
    seen = EdgeCondition(*(part[chosen] for part in witness.condition))
    with torch.no_grad():
        condition = flow.prepare(seen.degraded, [None], seen.guides)
        restored = restore_parts(flow, condition, [Place(0, 0)])
        predicted = network(witness.x[chosen], witness.t[chosen], seen)
    assert torch.allclose(restored, predicted.clamp(0, 1), atol=1e-6)
    assert losses["psnr"] == pytest.approx(float(losses["psnr_degraded"]), abs=1e-4)


def test_no_value_is_read_back_from_the_device(
    restorer_network: MakeNetwork, prior: DiagnosticPrior
) -> None:
    restorer, data = EdgeRestorer(restorer_network()), batch(4, prior=prior)
    with FakeTensorMode(allow_non_fake_inputs=True) as without_values:
        clean, degraded = map(without_values.from_tensor, (data.clean, data.degraded))
        seen = FlowBatch(clean, degraded, data.guides, data.priors)
        flow_loss(restorer, seen, torch.Generator())["loss"].backward()


def test_a_perfect_answer_costs_nothing() -> None:
    data = batch(8)
    perfect = EdgeRestorer(Witness(data.clean.float() / 255))
    losses = flow_loss(perfect, data, torch.Generator().manual_seed(0))
    assert losses["loss"] == pytest.approx(0.0, abs=1e-5)
    assert losses["psnr"] > 70


def test_the_psnr_of_a_batch_without_regressions_is_no_nan(monkeypatch: Any) -> None:
    monkeypatch.setattr("rr_tasks.training.flow.REGRESSION_SHARE", 0.0)
    losses = flow_loss(EdgeRestorer(Witness()), batch(3), torch.Generator().manual_seed(0))
    assert losses["psnr"] == losses["psnr_degraded"] == 0.0


def loss_of_error(error: torch.Tensor, spectral_weight: float) -> float:
    """Return the loss of an answer that is off by (3, H, W), at t = 1 and elsewhere."""
    data = batch(8)
    witness = Witness(data.clean.float() / 255 + error)
    generator = torch.Generator().manual_seed(0)
    return flow_loss(EdgeRestorer(witness), data, generator, spectral_weight)["loss"].item()


def test_errors_at_all_frequencies_cost_more_than_one_of_their_size_at_a_single_one() -> None:
    wave = 0.1 * torch.cos(torch.pi * torch.arange(16) / 4).expand(3, 16, 16)
    noise = torch.randn(3, 16, 16, generator=torch.Generator().manual_seed(1))
    noise *= wave.norm() / noise.norm()
    assert loss_of_error(noise, 0.0) == pytest.approx(loss_of_error(wave, 0.0), rel=1e-3)
    assert loss_of_error(noise, 0.3) > 1.02 * loss_of_error(wave, 0.3)
    assert loss_of_error(wave, 0.3) > loss_of_error(wave, 0.0)


def test_the_spectrum_counts_only_where_restoring_takes_a_single_step(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    error = torch.full((3, 16, 16), 0.1)
    counted = loss_of_error(error, 0.3) - loss_of_error(error, 0.0)
    monkeypatch.setattr("rr_tasks.training.flow.REGRESSION_SHARE", 1.0)
    everywhere = loss_of_error(error, 0.3) - loss_of_error(error, 0.0)
    assert 0.5 * everywhere < counted < 0.95 * everywhere
    monkeypatch.setattr("rr_tasks.training.flow.REGRESSION_SHARE", 0.0)
    assert loss_of_error(error, 0.3) == loss_of_error(error, 0.0)
