"""Teaches the edge restorer to undo degradations, given diagnoses as good as it will get in use."""

from pathlib import Path

import numpy as np
import polars as pl
import torch
from torch import nn
from torch.nn import functional

from rr_tasks.reasoner.views import at_least
from rr_tasks.restorer.edge import TAU, known_prior
from rr_tasks.restorer.network import CONDITION_LENGTH, RestorerNetwork
from rr_tasks.shards.png import decode_png
from rr_tasks.shards.reader import index_samples, read_rows
from rr_tasks.training.loop import Losses, ProgressReport, train
from rr_tasks.training.rounds import Batch, Example, RoundLoader
from schemas.errors import ExpectedError
from schemas.prior.current import DEGRADATIONS, VISIBLE_SEVERITY
from schemas.prior.migrations import load_prior
from schemas.prior.vector import mirrored_entries, to_vector
from schemas.training import LoopSettings

CROP_SIDE = 128
_CROPS_PER_PHOTOGRAPH = 6
_PHOTOGRAPHS_PER_ROUND = 256

PREDICTED_SHARE, TRUE_SHARE = 0.5, 0.4
"""The rest of the samples is trained without a prior."""

REGRESSION_SHARE = 0.75
"""Share of samples at t = 1, from where restoring takes a single step."""

# Deblurring earns the least in any mixture, so it is learned last: blur alone counts four times.
_BLUR_ALONE_REPEATS = 4

# A crop restored to 40 dB is good enough: better ones must not outweigh the hard ones.
_GOOD_ENOUGH_MSE = 1e-4
# Below t = 1 only a plain squared error keeps the score identity; this is its typical size.
_TYPICAL_MSE = 3e-3


class MissingDiagnosesError(ExpectedError, ValueError):
    """Annotations do not cover the data set."""


def train_restorer(
    shards: str,
    annotations: str,
    settings: LoopSettings,
    folder: Path,
    on_progress: ProgressReport,
    *,
    network: RestorerNetwork | None = None,
) -> RestorerNetwork:
    """Train the edge restorer, or go on where a run stopped.

    Args:
        shards: URL of the synthesized data set.
        annotations: URL of the reasoner's diagnoses of the same samples.
        settings: length, rate and seed.
        folder: receives checkpoint and log.
        on_progress: see `train`.
        network: weights to start from; new ones by default.
    """
    samples = index_samples(shards, "clean.png", "degraded.png", "prior.json")
    diagnoses = index_samples(annotations, "prior.json")
    missing = samples.keys() - diagnoses.keys()
    if missing:
        raise MissingDiagnosesError(
            f"{annotations} lacks {len(missing)} samples of {shards}, {min(missing)} first; "
            "run `rr annotate` again"
        )

    def load(key: str, rng: np.random.Generator) -> list[Example]:
        files = samples[key]
        clean = decode_png(files["clean.png"].read())
        degraded = decode_png(files["degraded.png"].read())
        truth = to_vector(load_prior(files["prior.json"].read()))
        predicted = to_vector(load_prior(diagnoses[key]["prior.json"].read()))
        return [
            _example(clean, degraded, truth, predicted, rng) for _ in range(_CROPS_PER_PHOTOGRAPH)
        ]

    repeats = dict.fromkeys(_blurred_alone(shards), _BLUR_ALONE_REPEATS)
    torch.manual_seed(settings.seed)
    model = (network or RestorerNetwork()).to(memory_format=torch.channels_last)
    with RoundLoader(
        [key for key in sorted(samples) for _ in range(repeats.get(key, 1))],
        load,
        examples_per_key=_CROPS_PER_PHOTOGRAPH,
        batch_size=settings.batch_size,
        keys_per_round=_PHOTOGRAPHS_PER_ROUND,
        seed=settings.seed,
    ) as loader:
        trained = train(model, loader, restoration_loss, settings, folder, on_progress=on_progress)
    assert isinstance(trained, RestorerNetwork)  # noqa: S101
    return trained


def restoration_loss(model: nn.Module, batch: Batch, generator: torch.Generator) -> Losses:
    """Log of the squared error (PSNR, up to scale) at t = 1, squared error of x0 below."""
    clean, degraded = batch["clean"].float() / 255, batch["degraded"].float() / 255
    count = len(clean)
    at_one = torch.rand(count, generator=generator) < REGRESSION_SHARE
    t = torch.where(at_one, 1.0, torch.rand(count, generator=generator).clamp(min=0.02))
    # Half of the regressions start at the source's mean, as restoring in one step does.
    quiet = at_one & (torch.rand(count, generator=generator) < 0.5)
    noise = torch.randn(clean.shape, generator=generator) * ~quiet[:, None, None, None]
    time = t[:, None, None, None]
    x = (1 - time) * clean + time * (degraded + TAU * noise)
    error = functional.mse_loss(
        model(x, degraded, t, batch["condition"]), clean, reduction="none"
    ).mean((1, 2, 3))
    regression = torch.log((error + _GOOD_ENOUGH_MSE) / _GOOD_ENOUGH_MSE)
    with torch.no_grad():
        psnr = -10 * torch.log10(error[at_one].clamp(min=1e-8)).mean()
        before = -10 * torch.log10((degraded - clean).square().mean((1, 2, 3)).clamp(min=1e-8))
    return {
        "loss": torch.where(at_one, regression, error / _TYPICAL_MSE).mean(),
        "psnr": psnr.nan_to_num(),
        "psnr_degraded": before[at_one].mean().nan_to_num(),
    }


def _blurred_alone(shards: str) -> list[str]:
    others = [pl.col(name) < VISIBLE_SEVERITY for name in DEGRADATIONS if name != "blur"]
    rows = read_rows(shards).filter(pl.col("blur") >= VISIBLE_SEVERITY, *others)
    return rows["key"].to_list()


def _example(
    clean: np.ndarray,
    degraded: np.ndarray,
    truth: list[float],
    predicted: list[float],
    rng: np.random.Generator,
) -> Example:
    condition = _condition(truth, predicted, rng)
    clean, degraded = at_least(clean, CROP_SIDE), at_least(degraded, CROP_SIDE)
    top, left = (int(rng.integers(length - CROP_SIDE + 1)) for length in clean.shape[:2])
    area = (slice(top, top + CROP_SIDE), slice(left, left + CROP_SIDE))
    clean, degraded = clean[area], degraded[area]
    if rng.random() < 0.5:
        clean, degraded = clean[:, ::-1], degraded[:, ::-1]
        condition[mirrored_entries()] *= -1
    return {
        "clean": np.ascontiguousarray(clean.transpose(2, 0, 1)),
        "degraded": np.ascontiguousarray(degraded.transpose(2, 0, 1)),
        "condition": condition,
    }


def _condition(truth: list[float], predicted: list[float], rng: np.random.Generator) -> np.ndarray:
    draw = rng.random()
    if draw >= PREDICTED_SHARE + TRUE_SHARE:
        return np.zeros(CONDITION_LENGTH, np.float32)
    vector = torch.tensor([predicted if draw < PREDICTED_SHARE else truth])
    return np.asarray(known_prior(vector)[0].numpy())
