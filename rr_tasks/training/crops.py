"""The training data of restorers: crops of degraded and clean photographs, with their diagnoses."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, partial
from typing import NamedTuple

import numpy as np
import torch

from rr_tasks.photographs.pixels import Bytes
from rr_tasks.reasoner.views import pad_to
from rr_tasks.restorer.protocol import Guides
from rr_tasks.shards.png import decode_png
from rr_tasks.shards.reader import done_shards
from rr_tasks.shards.stream import Piece, Sample, ShardStream, unpack
from rr_tasks.training.dataset import MissingDiagnosesError, check_diagnosed, check_pairs
from rr_tasks.training.diagnoses import DiagnosisStream
from rr_tasks.training.epochs import deal_epochs
from rr_tasks.training.flow import FlowBatch
from rr_tasks.training.rounds import RoundLoader
from rr_tasks.training.teaching import TAUGHT, Lessons, mix_in
from schemas.prior.current import DiagnosticPrior
from schemas.prior.migrations import load_prior
from schemas.prior.mirror import mirror

_PIXELS_PER_PHOTOGRAPH = 6 * 128**2
_PHOTOGRAPHS_PER_ROUND = 128

_WITHHELD_SHARE = 0.1
"""Share of crops without a prior. The others come with the diagnosis, errors and all, as in use:
what physics makes of a true prior is so good that a network learns to copy it."""

# Deblurring earns the least in any mixture, so it is learned last: blur alone counts four times.
_BLUR_ALONE_REPEATS = 4

Pair = tuple[Sample, Sample | None]
Survey = Callable[[Bytes, DiagnosticPrior | None], Guides]
"""Works out what is known of a whole photograph; see `Restorer.survey`."""


class Crop(NamedTuple):
    """Part of a clean and a degraded photograph, (3, H, W), of its guides (G, H, W), and its prior.

    The guides follow from this prior.
    """

    clean: Bytes
    degraded: Bytes
    guides: Bytes
    prior: DiagnosticPrior | None


def load_crops(
    shards: str,
    annotations: str,
    survey: Survey,
    *,
    side: int,
    batch_size: int,
    seed: int,
    without: Sequence[Piece] = (),
    lessons: Lessons | None = None,
) -> RoundLoader[Pair, Crop, FlowBatch]:
    """Load batches of crops of a data set, `side` pixels wide and high.

    Nine in ten come with the reasoner's diagnosis; a failed one counts as withheld. Larger crops
    are fewer, so that as many pixels of each photograph are seen. With lessons, a teacher's
    restorations are mixed into the clean crops.

    Args:
        shards: URL of the data set.
        annotations: URL of its annotations.
        survey: see `Restorer.survey`.
        side: height and width of a crop.
        batch_size: crops per batch.
        seed: decides all draws.
        without: samples that are left out.
        lessons: what a teacher made of the data set.

    Raises:
        UnfinishedDataSetError: some shards have not been made.
        UnknownTruthError: the photographs have no clean partners.
        MissingDiagnosesError: the annotations do not cover the data set.
    """
    markers = check_pairs(shards)
    diagnosed = check_diagnosed(shards, markers, annotations)
    images = ShardStream(shards, markers, "clean.png", "degraded.png", "prior.json")
    diagnoses = DiagnosisStream(annotations, diagnosed)
    taught = lessons and ShardStream(lessons.folder, done_shards(lessons.folder), TAUGHT)

    def read_samples(piece: Piece) -> Iterator[Sample]:
        if taught is None:
            yield from images.read(piece)
            return
        for sample, lesson in zip(images.read(piece), taught.read(piece), strict=True):
            yield {**sample, TAUGHT: lesson[TAUGHT]}

    def read(piece: Piece) -> Iterator[Pair]:
        for sample, diagnosis in zip(read_samples(piece), diagnoses.read(piece), strict=True):
            if diagnosis is not None and sample["__key__"] != diagnosis["__key__"]:
                raise MissingDiagnosesError(
                    f"{diagnosis['__url__']} has no diagnosis of {sample['__key__']} in its "
                    f"place; delete {annotations} and run `rr annotate {shards}` again"
                )
            yield sample, diagnosis

    return RoundLoader(
        deal_epochs(markers, without=without, samples_per_round=_PHOTOGRAPHS_PER_ROUND, seed=seed),
        read,
        partial(_load_sample, survey=survey, side=side, share=lessons.share if lessons else 0.0),
        _collate,
        examples_per_sample=_count_crops(side),
        batch_size=batch_size,
    )


def _count_crops(side: int) -> int:
    return max(1, round(_PIXELS_PER_PHOTOGRAPH / side**2))


def _collate(crops: Sequence[Crop]) -> FlowBatch:
    clean, degraded, guides, priors = zip(*crops, strict=True)
    return FlowBatch(_stack(clean), _stack(degraded), _stack(guides), priors)


def _stack(images: Sequence[Bytes]) -> torch.Tensor:
    return torch.from_numpy(np.stack(images))


def _load_sample(
    pair: Pair, rng: np.random.Generator, *, survey: Survey, side: int, share: float
) -> list[Crop]:
    sample, diagnosis = pair
    clean, degraded = (unpack(sample, name, decode_png) for name in ("clean.png", "degraded.png"))
    if share:
        clean = mix_in(clean, sample, share)
    truth = unpack(sample, "prior.json", load_prior)
    predicted = None if diagnosis is None else unpack(diagnosis, "prior.json", load_prior)
    priors = {"predicted": predicted, "withheld": None}
    count = _count_crops(side) * (_BLUR_ALONE_REPEATS if _is_blur_alone(truth) else 1)
    return _cut_crops((clean, degraded), priors, survey, rng, count=count, side=side)


def _cut_crops(
    images: tuple[Bytes, Bytes],
    priors: Mapping[str, DiagnosticPrior | None],
    survey: Survey,
    rng: np.random.Generator,
    *,
    count: int,
    side: int,
) -> list[Crop]:
    @cache
    def guide(kind: str) -> Bytes:
        """Survey the whole photograph, once with each prior that a crop comes with."""
        return survey(images[1], priors[kind])[:, :]

    def cut() -> Crop:
        kind = draw_kind(rng)
        return _cut_crop((*images, guide(kind)), priors[kind], side, rng)

    return [cut() for _ in range(count)]


def _is_blur_alone(truth: DiagnosticPrior) -> bool:
    return truth.order == ("blur",)


def _cut_crop(
    images: tuple[Bytes, ...], prior: DiagnosticPrior | None, side: int, rng: np.random.Generator
) -> Crop:
    """Cut the same square from images of the same size, and mirror half of them."""
    parts = cut_square(images, side, rng)
    if rng.random() < 0.5:
        parts, prior = [part[:, ::-1] for part in parts], prior and mirror(prior)
    clean, degraded, guides = (np.ascontiguousarray(part.transpose(2, 0, 1)) for part in parts)
    return Crop(clean, degraded, guides, prior)


def cut_square(images: Sequence[Bytes], side: int, rng: np.random.Generator) -> list[Bytes]:
    """Cut the same square from images of the same size, anywhere; small ones are mirrored."""
    padded = [pad_to(image, side) for image in images]
    top, left = (int(rng.integers(length - side + 1)) for length in padded[0].shape[:2])
    return [image[top : top + side, left : left + side] for image in padded]


def draw_kind(rng: np.random.Generator) -> str:
    """Draw the kind of prior that a crop comes with."""
    return "withheld" if rng.random() < _WITHHELD_SHARE else "predicted"
