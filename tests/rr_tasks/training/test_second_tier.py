"""A restorer of another kind is trained, restores and is evaluated by the code of the edge tier."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from rr_tasks.evaluation.images.metrics import psnr, quality_table
from rr_tasks.evaluation.images.shard import evaluate_shard, read_evaluation
from rr_tasks.evaluation.images.trial import Trial
from rr_tasks.restorer.photograph import PhotographRestorer
from rr_tasks.restorer.protocol import Place
from rr_tasks.restorer.sampling import restore_parts, walk
from rr_tasks.shards.png import decode_png
from rr_tasks.shards.stream import read_samples
from rr_tasks.training.crops import load_crops
from rr_tasks.training.flow import flow_loss
from rr_tasks.training.restorer import train_restorer
from schemas.evaluation import RestorationSetting
from schemas.prior.current import DiagnosticPrior
from schemas.prior.migrations import load_prior
from schemas.training import LoopSettings
from tests.latent_restorer import LatentNetwork, LatentRestorer
from tests.reasoners import RuleReasoner

SETTINGS = LoopSettings(
    steps=150, batch_size=4, learning_rate=3e-3, warmup_steps=10, ema_decay=0.9, seed=1
)


@pytest.fixture(scope="module")
def flow(
    dataset: str, annotations: str, tmp_path_factory: pytest.TempPathFactory
) -> LatentRestorer:
    """A restorer trained on the shared data set."""
    made = LatentRestorer()
    folder = str(tmp_path_factory.mktemp("latent"))
    data = (dataset, annotations, SETTINGS)
    train_restorer(made, *data, crop_side=128, folder=folder, on_progress=lambda *_: None)
    return made


@pytest.fixture(scope="module")
def restorer(flow: LatentRestorer) -> PhotographRestorer:
    return PhotographRestorer(flow, "c" * 64)


def test_it_learns_in_a_space_of_its_own(
    flow: LatentRestorer, dataset: str, annotations: str
) -> None:
    with (
        load_crops(dataset, annotations, flow.survey, side=128, batch_size=32, seed=5) as batches,
        torch.no_grad(),
    ):
        before, after = (
            flow_loss(one, batches.batch(0), torch.Generator().manual_seed(0))["loss"]
            for one in (LatentRestorer(), flow)
        )
    assert after < 0.7 * before
    learned, new = flow.network.state_dict(), LatentNetwork().state_dict()
    changed = {name for name, value in learned.items() if not torch.equal(value, new[name])}
    assert changed == {name for name in new if name.startswith("mixer.")}


def test_it_restores_photographs_in_tiles(restorer: PhotographRestorer, dataset: str) -> None:
    gains = []
    for sample in read_samples(dataset, 0):
        clean, degraded = (decode_png(sample[name]) for name in ("clean.png", "degraded.png"))
        prior = load_prior(sample["prior.json"])
        if not prior.order:
            continue
        wide = [np.tile(image, (1, 2, 1))[:101, :201] for image in (clean, degraded)]
        restored = restorer.restore(wide[1], prior)
        assert restored.shape == wide[1].shape
        gains.append(psnr(restored.astype(np.uint8), wide[0]) - psnr(wide[1], wide[0]))
    assert np.mean(gains) > 0.5


def test_tiles_of_a_batch_are_joined_as_single_ones_are(
    restorer: PhotographRestorer,
    photograph: np.ndarray,
    prior: DiagnosticPrior,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pixels = photograph[:100, :150].astype(np.uint16) * 257
    restored = restorer.restore(pixels, prior)
    assert restored.dtype == np.uint16
    with monkeypatch.context() as patch:
        patch.setattr(LatentRestorer, "tile", replace(LatentRestorer.tile, batch=1))
        singly = restorer.restore(pixels, prior)
    assert np.abs(restored.astype(float) - singly).max() / 257 < 2  # bfloat16 differs by batch


def test_many_steps_from_noise_end_near_the_regression(
    flow: LatentRestorer, photograph: np.ndarray, prior: DiagnosticPrior
) -> None:
    image = torch.from_numpy(photograph[:64, :96].copy()).permute(2, 0, 1)[None] / 255
    with torch.no_grad():
        condition = flow.prepare(image, [prior], image[:, :0])
        start = flow.source(condition).draw(torch.Generator().manual_seed(0))
        sampled, regressed = (
            walk(flow, condition, start, [step / 8 for step in range(8, -1, -1)]),
            restore_parts(flow, condition, [Place(0, 0)]),
        )
        withheld = flow.prepare(image, [None], image[:, :0])
        untold = restore_parts(flow, withheld, [Place(0, 0)])
    assert start.ndim == 3
    assert start.std() == pytest.approx(1.0, abs=0.05)
    assert sampled.shape == image.shape
    assert (sampled - regressed).square().mean() < 0.02
    assert not torch.allclose(regressed, untold, atol=1e-3)


def test_it_is_evaluated(restorer: PhotographRestorer, dataset: str, tmp_path: Path) -> None:
    trial = Trial(dataset, RuleReasoner(), restorer, RestorationSetting())
    url = evaluate_shard(trial, 0, str(tmp_path))
    table = quality_table(read_evaluation([url]))
    (samples,) = table.filter(set="all degraded")["samples"]
    assert samples == 28
    assert table["psnr_after"].is_finite().all()
