"""Teaches the edge restorer to undo degradations, given diagnoses as good as it will get in use."""

from collections.abc import Iterator

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from rr_tasks.reasoner.views import at_least
from rr_tasks.restorer.edge import TAU, known_prior, withheld_prior
from rr_tasks.restorer.network import RestorerNetwork
from rr_tasks.shards.png import decode_png
from rr_tasks.shards.stream import Piece, Sample, ShardStream, unpack
from rr_tasks.training.dataset import MissingDiagnosesError, check_diagnosed, whole_dataset
from rr_tasks.training.epochs import own_epochs
from rr_tasks.training.loop import Losses, ProgressReport, train
from rr_tasks.training.rounds import Batch, Example, RoundLoader
from schemas.prior.current import DiagnosticPrior
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


def train_restorer(
    shards: str,
    annotations: str,
    settings: LoopSettings,
    folder: str,
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
    torch.manual_seed(settings.seed)
    model = (network or RestorerNetwork()).to(memory_format=torch.channels_last)
    with restorer_batches(shards, annotations, settings.batch_size, settings.seed) as loader:
        trained = train(model, loader, restoration_loss, settings, folder, on_progress=on_progress)
    assert isinstance(trained, RestorerNetwork)  # noqa: S101
    return trained


def restorer_batches(
    shards: str, annotations: str, batch_size: int, seed: int
) -> RoundLoader[tuple[Sample, Sample]]:
    """The batches that `train_restorer` learns from.

    Each holds `clean` and `degraded` (B, 3, `CROP_SIDE`, `CROP_SIDE`) in bytes and `condition`
    (B, `CONDITION_LENGTH`).

    Raises:
        UnfinishedDataSetError: some shards have not been made.
        MissingDiagnosesError: the annotations do not cover the data set.
    """
    markers = whole_dataset(shards)
    check_diagnosed(shards, markers, annotations)
    images = ShardStream(shards, markers, "clean.png", "degraded.png", "prior.json")
    diagnoses = ShardStream(annotations, markers, "prior.json")

    def read(piece: Piece) -> Iterator[tuple[Sample, Sample]]:
        for sample, diagnosis in zip(images.read(piece), diagnoses.read(piece), strict=True):
            if sample["__key__"] != diagnosis["__key__"]:
                raise MissingDiagnosesError(
                    f"{diagnosis['__url__']} has no diagnosis of {sample['__key__']} in its "
                    f"place; delete {annotations} and run `rr annotate {shards}` again"
                )
            yield sample, diagnosis

    return RoundLoader(
        own_epochs(markers, samples_per_round=_PHOTOGRAPHS_PER_ROUND, seed=seed),
        read,
        _examples,
        examples_per_sample=_CROPS_PER_PHOTOGRAPH,
        batch_size=batch_size,
    )


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


def _examples(pair: tuple[Sample, Sample], rng: np.random.Generator) -> list[Example]:
    sample, diagnosis = pair
    clean, degraded = (unpack(sample, name, decode_png) for name in ("clean.png", "degraded.png"))
    truth = unpack(sample, "prior.json", load_prior)
    vectors = to_vector(truth), to_vector(unpack(diagnosis, "prior.json", load_prior))
    count = _CROPS_PER_PHOTOGRAPH * (_BLUR_ALONE_REPEATS if _is_blur_alone(truth) else 1)
    return [_example(clean, degraded, *vectors, rng) for _ in range(count)]


def _is_blur_alone(truth: DiagnosticPrior) -> bool:
    return truth.order == ("blur",)


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
        return np.asarray(withheld_prior(1)[0].numpy())
    vector = torch.tensor([predicted if draw < PREDICTED_SHARE else truth])
    return np.asarray(known_prior(vector)[0].numpy())
