from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from rr_tasks.restorer.edge import TAU, EdgeRestorer
from rr_tasks.restorer.network import CONDITION_LENGTH, RestorerNetwork
from rr_tasks.restorer.sampling import regress
from rr_tasks.shards.reader import done_shards
from rr_tasks.training import restorer as training
from rr_tasks.training.loop import train
from rr_tasks.training.restorer import (
    CROP_SIDE,
    MissingDiagnosesError,
    restoration_loss,
    train_restorer,
)
from rr_tasks.training.rounds import Batch
from schemas.prior.current import DiagnosticPrior
from schemas.prior.vector import FIELDS, to_vector
from schemas.training import LoopSettings

SETTINGS = LoopSettings(
    steps=4, batch_size=2, learning_rate=1e-3, warmup_steps=1, checkpoint_every=2, seed=1
)
MakeNetwork = Callable[..., RestorerNetwork]


def silent(_step: int, _means: dict[str, float]) -> None:
    """Report nothing."""


def batch(count: int, side: int = 16) -> Batch:
    generator = torch.Generator().manual_seed(0)
    clean = torch.randint(0, 256, (count, 3, side, side), dtype=torch.uint8, generator=generator)
    degraded = (clean.float() * 0.5 + 40).to(torch.uint8)
    return {"clean": clean, "degraded": degraded, "condition": torch.zeros(count, CONDITION_LENGTH)}


class Witness(nn.Module):
    """Remembers what the loss asks of the network, and answers with the degraded image."""

    def forward(
        self, x: torch.Tensor, degraded: torch.Tensor, t: torch.Tensor, prior: torch.Tensor
    ) -> torch.Tensor:
        self.x, self.degraded, self.t, self.prior = x, degraded, t, prior
        return degraded


@pytest.mark.parametrize("steps_before", [2, 3])
def test_a_resumed_run_ends_with_exactly_the_same_weights(
    dataset: str,
    annotations: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    restorer_network: MakeNetwork,
    dies_after: Callable[..., Any],
    power_cut: type[Exception],
    steps_before: int,
) -> None:
    monkeypatch.setattr(training, "_PHOTOGRAPHS_PER_ROUND", 2)
    data = (dataset, annotations, SETTINGS)
    through = train_restorer(*data, str(tmp_path / "one"), silent, network=restorer_network())
    with monkeypatch.context() as patch:
        patch.setattr(training, "restoration_loss", dies_after(restoration_loss, steps_before))
        with pytest.raises(power_cut):
            train_restorer(*data, str(tmp_path / "two"), silent, network=restorer_network())
    resumed = train_restorer(*data, str(tmp_path / "two"), silent, network=restorer_network())
    for name, value in through.state_dict().items():
        assert torch.equal(value, resumed.state_dict()[name]), name
    assert not torch.equal(through.leave.weight, restorer_network().leave.weight)


def test_samples_without_a_diagnosis_are_named(
    dataset: str, annotations: str, tmp_path: Path
) -> None:
    partial = tmp_path / "annotations"
    partial.mkdir()
    shard = done_shards(annotations)[0].shard
    for path in Path(annotations).glob(f"{shard:05d}.*"):
        (partial / path.name).write_bytes(path.read_bytes())
    with pytest.raises(MissingDiagnosesError, match=r"lacks 16 samples .*, 000010000 first; run"):
        train_restorer(dataset, str(partial), SETTINGS, str(tmp_path / "run"), silent)


def test_the_loss_walks_the_flow_that_restoring_walks() -> None:
    witness, data = Witness(), batch(400, side=4)
    restoration_loss(witness, data, torch.Generator().manual_seed(5))
    clean, t = data["clean"] / 255, witness.t
    at_one = t == 1.0
    assert 0.65 < at_one.float().mean() < 0.85
    assert t.min() >= 0.02
    time = t[:, None, None, None]
    noise = (witness.x - (1 - time) * clean - time * witness.degraded) / (time * TAU)
    spread = noise.std((1, 2, 3))
    quiet = spread < 1e-3
    assert not (quiet & ~at_one).any()
    assert 0.4 < quiet[at_one].float().mean() < 0.6
    assert spread[~quiet].mean() == pytest.approx(1.0, abs=0.05)


def test_a_quiet_start_at_one_is_what_restoring_does(restorer_network: MakeNetwork) -> None:
    network, witness, data = restorer_network(noise=0.2), Witness(), batch(40)
    losses = restoration_loss(witness, data, torch.Generator().manual_seed(5))
    quiet = (witness.t == 1.0) & (witness.x == witness.degraded).flatten(1).all(1)
    one = int(torch.nonzero(quiet)[0])
    flow = EdgeRestorer(network)
    with torch.no_grad():
        condition = flow.prepare(witness.degraded[one : one + 1], witness.prior[one : one + 1])
        restored = regress(flow, condition)
        predicted = network(
            witness.x[one : one + 1],
            witness.degraded[one : one + 1],
            witness.t[one : one + 1],
            witness.prior[one : one + 1],
        )
    assert torch.allclose(restored, predicted.clamp(0, 1), atol=1e-6)
    assert losses["psnr"] == pytest.approx(float(losses["psnr_degraded"]), abs=1e-4)


def test_a_perfect_answer_costs_nothing() -> None:
    data = batch(8)

    def perfect(*_: Any) -> torch.Tensor:
        return data["clean"].float() / 255

    losses = restoration_loss(perfect, data, torch.Generator().manual_seed(0))  # type: ignore[arg-type]
    assert losses["loss"] == pytest.approx(0.0, abs=1e-5)
    assert losses["psnr"] > 70


def test_a_tiny_restorer_learns(tmp_path: Path, restorer_network: MakeNetwork) -> None:
    data = batch(1)

    class Same:
        def batch(self, _step: int) -> Batch:
            return {name: value.repeat_interleave(4, 0) for name, value in data.items()}

    settings = LoopSettings(
        steps=60, batch_size=4, learning_rate=3e-3, warmup_steps=5, checkpoint_every=60
    )
    seen: list[float] = []

    def remember(
        model: nn.Module, one: Batch, generator: torch.Generator
    ) -> dict[str, torch.Tensor]:
        losses = restoration_loss(model, one, generator)
        seen.append(losses["loss"].item())
        return losses

    train(restorer_network(), Same(), remember, settings, str(tmp_path), on_progress=silent)
    assert np.mean(seen[-10:]) < 0.6 * np.mean(seen[:10])


def test_an_example_is_a_crop_with_its_condition(prior: DiagnosticPrior) -> None:
    clean = np.zeros((150, 170, 3), np.uint8)
    clean[..., 0], clean[..., 1] = np.arange(170), np.arange(150)[:, None]
    truth, predicted = to_vector(prior), [0.5] * len(FIELDS)
    kinds = {"truth": 0, "predicted": 0, "withheld": 0}
    for seed in range(60):
        rng = np.random.default_rng(seed)
        example = training._example(clean, clean + 1, truth, predicted, rng)
        assert example["clean"].shape == (3, CROP_SIDE, CROP_SIDE)
        assert np.array_equal(example["degraded"], example["clean"] + 1)
        condition = example["condition"].copy()
        mirrored = bool(example["clean"][0, 0, 0] > example["clean"][0, 0, 1])
        for field in ("blur.sin2", "rain.sin2"):
            condition[FIELDS.index(field)] *= -1 if mirrored else 1
        if condition[-1] == 0:
            assert not condition.any()
            kinds["withheld"] += 1
        else:
            kind = "truth" if np.allclose(condition[:-1], truth) else "predicted"
            assert np.allclose(condition[:-1], truth if kind == "truth" else predicted)
            kinds[kind] += 1
    assert kinds["predicted"] > 20
    assert kinds["truth"] > 15
    assert 1 <= kinds["withheld"] <= 15


@pytest.mark.parametrize("shape", [(40, 33, 3), (128, 60, 3)])
def test_a_photograph_smaller_than_a_crop_is_mirrored_out(
    prior: DiagnosticPrior, shape: tuple[int, int, int]
) -> None:
    clean = np.random.default_rng(0).integers(0, 200, shape).astype(np.uint8)
    vector = to_vector(prior)
    example = training._example(clean, clean + 9, vector, vector, np.random.default_rng(0))
    assert example["clean"].shape == (3, CROP_SIDE, CROP_SIDE)
    assert np.array_equal(example["degraded"], example["clean"] + 9)
