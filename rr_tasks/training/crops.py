"""The training data of restorers: crops of degraded and clean photographs, with their diagnoses."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import torch

from rr_tasks.photographs.pixels import Bytes
from rr_tasks.reasoner.views import pad_to
from rr_tasks.shards.png import decode_png
from rr_tasks.shards.stream import Piece, Sample, ShardStream, unpack
from rr_tasks.training.dataset import MissingDiagnosesError, check_dataset, check_diagnosed
from rr_tasks.training.diagnoses import DiagnosisStream
from rr_tasks.training.epochs import deal_epochs
from rr_tasks.training.flow import FlowBatch
from rr_tasks.training.rounds import RoundLoader
from schemas.prior.current import DiagnosticPrior
from schemas.prior.migrations import load_prior
from schemas.prior.mirror import mirror

CROP_SIDE = 128
_CROPS_PER_PHOTOGRAPH = 6
_PHOTOGRAPHS_PER_ROUND = 256

PREDICTED_SHARE, TRUE_SHARE = 0.5, 0.4
"""The rest of the samples is trained without a prior."""

# Deblurring earns the least in any mixture, so it is learned last: blur alone counts four times.
_BLUR_ALONE_REPEATS = 4

Pair = tuple[Sample, Sample | None]


class Crop(NamedTuple):
    """Part of a clean and a degraded photograph, (3, H, W), and a diagnosis or None."""

    clean: Bytes
    degraded: Bytes
    prior: DiagnosticPrior | None


def load_crops(
    shards: str, annotations: str, batch_size: int, seed: int
) -> RoundLoader[Pair, Crop, FlowBatch]:
    """Load batches of `CROP_SIDE` x `CROP_SIDE` crops of a data set.

    About half of them come with the reasoner's diagnosis, and most of the others with the truth. A
    failed diagnosis counts as withheld.

    Raises:
        UnfinishedDataSetError: some shards have not been made.
        MissingDiagnosesError: the annotations do not cover the data set.
    """
    markers = check_dataset(shards)
    diagnosed = check_diagnosed(shards, markers, annotations)
    images = ShardStream(shards, markers, "clean.png", "degraded.png", "prior.json")
    diagnoses = DiagnosisStream(annotations, diagnosed)

    def read(piece: Piece) -> Iterator[Pair]:
        for sample, diagnosis in zip(images.read(piece), diagnoses.read(piece), strict=True):
            if diagnosis is not None and sample["__key__"] != diagnosis["__key__"]:
                raise MissingDiagnosesError(
                    f"{diagnosis['__url__']} has no diagnosis of {sample['__key__']} in its "
                    f"place; delete {annotations} and run `rr annotate {shards}` again"
                )
            yield sample, diagnosis

    return RoundLoader(
        deal_epochs(markers, samples_per_round=_PHOTOGRAPHS_PER_ROUND, seed=seed),
        read,
        _cut_crops,
        _collate,
        examples_per_sample=_CROPS_PER_PHOTOGRAPH,
        batch_size=batch_size,
    )


def _collate(crops: Sequence[Crop]) -> FlowBatch:
    clean, degraded, priors = zip(*crops, strict=True)
    return FlowBatch(
        torch.from_numpy(np.stack(clean)), torch.from_numpy(np.stack(degraded)), priors
    )


def _cut_crops(pair: Pair, rng: np.random.Generator) -> list[Crop]:
    sample, diagnosis = pair
    clean, degraded = (unpack(sample, name, decode_png) for name in ("clean.png", "degraded.png"))
    truth = unpack(sample, "prior.json", load_prior)
    predicted = None if diagnosis is None else unpack(diagnosis, "prior.json", load_prior)
    count = _CROPS_PER_PHOTOGRAPH * (_BLUR_ALONE_REPEATS if _is_blur_alone(truth) else 1)
    return [_cut_crop(clean, degraded, truth, predicted, rng) for _ in range(count)]


def _is_blur_alone(truth: DiagnosticPrior) -> bool:
    return truth.order == ("blur",)


def _cut_crop(
    clean: Bytes,
    degraded: Bytes,
    truth: DiagnosticPrior,
    predicted: DiagnosticPrior | None,
    rng: np.random.Generator,
) -> Crop:
    prior = _draw_prior(truth, predicted, rng)
    clean, degraded = pad_to(clean, CROP_SIDE), pad_to(degraded, CROP_SIDE)
    top, left = (int(rng.integers(length - CROP_SIDE + 1)) for length in clean.shape[:2])
    area = (slice(top, top + CROP_SIDE), slice(left, left + CROP_SIDE))
    clean, degraded = clean[area], degraded[area]
    if rng.random() < 0.5:
        clean, degraded = clean[:, ::-1], degraded[:, ::-1]
        prior = prior and mirror(prior)
    return Crop(_as_planes(clean), _as_planes(degraded), prior)


def _as_planes(image: Bytes) -> Bytes:
    return np.ascontiguousarray(image.transpose(2, 0, 1))


def _draw_prior(
    truth: DiagnosticPrior, predicted: DiagnosticPrior | None, rng: np.random.Generator
) -> DiagnosticPrior | None:
    draw = rng.random()
    if draw >= PREDICTED_SHARE + TRUE_SHARE:
        return None
    return predicted if draw < PREDICTED_SHARE else truth
