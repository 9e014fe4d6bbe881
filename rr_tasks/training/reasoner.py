"""Teaches the edge reasoner the ground truth of synthesized shards."""

from functools import partial
from itertools import chain

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from rr_tasks.photographs.pixels import Bytes
from rr_tasks.reasoner.cepstrum import Floats, cepstrum
from rr_tasks.reasoner.network import ReasonerNetwork
from rr_tasks.reasoner.views import cut_randomly, shrink_to_view, shrink_to_working_size
from rr_tasks.shards.png import decode_png
from rr_tasks.shards.stream import Sample, ShardStream, unpack
from rr_tasks.training.dataset import check_dataset
from rr_tasks.training.epochs import deal_epochs
from rr_tasks.training.loop import ProgressReport, train
from rr_tasks.training.objective import Losses, Objective
from rr_tasks.training.rounds import Batch, Example, RoundLoader, stack
from schemas.prior.current import DEGRADATIONS
from schemas.prior.migrations import load_prior
from schemas.prior.vector import (
    FIELDS,
    VECTOR_LENGTH,
    choice_entries,
    colour_entries,
    length_entries,
    mirrored_entries,
    presence_entries,
    severity_entries,
    slice_of,
    to_vector,
)
from schemas.training import LoopSettings

ALGORITHM = 3
"""Counts changes of this objective that lead the same settings to other weights."""

_WORKING_CROPS = 3
_NATIVE_CROPS = 1
_CEPSTRUM_WINDOWS = 16
_EXAMPLES_PER_PHOTOGRAPH = 2
_PHOTOGRAPHS_PER_ROUND = 512

_UPSIDE_DOWN_SHARE = 0.25
_SMALLEST_FRAME = 0.7

_SEEN = ("overview", "working", "native", "cepstrum", "short_side")
_PRESENT = presence_entries()
_SEVERITY = severity_entries()
_CHOICES = choice_entries()
_NOT_THERE = -100  # a class that cross-entropy leaves out
_LEAST_DOUBT = -7.0  # a tenth of a point of severity
# A severity is what users and rewards read, so it counts more than a parameter behind it.
# An axis is often beyond telling, as that of a round blur, and its errors are large.
_WEIGHTS = torch.tensor(
    [
        4.0 if field.endswith(("severity", "extent")) else 0.3 if field.endswith("2") else 1.0
        for field in FIELDS
    ]
)
_PRESENCE_WEIGHT = 3.0
_CHOICE_WEIGHT = 0.5  # the kind decides how long a blur of some softness is


def train_reasoner(
    network: ReasonerNetwork,
    shards: str,
    settings: LoopSettings,
    *,
    folder: str,
    device: torch.device,
    on_progress: ProgressReport,
) -> None:
    """Train the edge reasoner on a synthesized data set, or resume.

    Afterwards it has averaged weights.

    Args:
        network: updated in place.
        shards: URL of the data set's folder.
        settings: length, rate and seed.
        folder: receives the checkpoint and the log.
        device: see `train`.
        on_progress: see `train`.
    """
    markers = check_dataset(shards)
    objective = Objective(network, partial(diagnosis_loss, network))
    with RoundLoader(
        deal_epochs(markers, samples_per_round=_PHOTOGRAPHS_PER_ROUND, seed=settings.seed),
        ShardStream(shards, markers, "degraded.png", "prior.json").read,
        _make_examples,
        stack,
        examples_per_sample=_EXAMPLES_PER_PHOTOGRAPH,
        batch_size=settings.batch_size,
    ) as batches:
        train(objective, batches, settings, folder, device=device, on_progress=on_progress)


def diagnosis_loss(model: nn.Module, batch: Batch, _: torch.Generator) -> Losses:
    """Cross-entropy of presence and of kinds, absolute error of all that is present.

    How far a severity may be off is learned as the scale of a Laplace distribution: |error| / scale
    + log scale. It follows the errors and does not change them. No value is read back to the host,
    so that no step waits for the device.
    """
    output, truth = model(*(batch[name] for name in _SEEN)), batch["vector"]
    predicted, doubt = output.split([VECTOR_LENGTH, len(DEGRADATIONS)], 1)
    presence = functional.binary_cross_entropy_with_logits(
        predicted[:, _PRESENT], truth[:, _PRESENT]
    )
    choice = torch.stack([_choice_loss(name, predicted, truth) for name in _CHOICES]).sum()
    error = (predicted - truth).abs() * _compared_entries(truth) * _WEIGHTS.to(truth.device)
    parameters = error.sum() / len(truth)
    there = truth[:, _PRESENT]
    off = (predicted - truth)[:, _SEVERITY].detach().abs()
    doubt = doubt.clamp(min=_LEAST_DOUBT)
    certainty = (there * (off * (-doubt).exp() + doubt)).sum() / len(truth)
    return {
        "loss": _PRESENCE_WEIGHT * presence
        + _CHOICE_WEIGHT * choice
        + parameters
        + 0.1 * certainty,
        "presence": presence,
        "severity_error": 100 * (there * off).sum() / there.sum().clamp(min=1),
    }


def _choice_loss(name: str, predicted: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
    """Mean cross-entropy of the kinds of one type where it is present; 0 where it never is."""
    places, present = _CHOICES[name], truth[:, FIELDS.index(f"{name}.present")] > 0.5
    kinds = torch.where(present, truth[:, places].argmax(1), _NOT_THERE)
    total = functional.cross_entropy(
        predicted[:, places], kinds, ignore_index=_NOT_THERE, reduction="sum"
    )
    return total / present.sum().clamp(min=1)


def _compared_entries(truth: torch.Tensor) -> torch.Tensor:
    """Select the entries that have a ground truth: those of present degradations."""
    mask = torch.zeros_like(truth)
    for name in DEGRADATIONS:
        span = slice_of(name)
        mask[:, span] = truth[:, span.start, None]
    mask[:, [*_PRESENT, *chain.from_iterable(_CHOICES.values())]] = 0.0
    return mask


def _make_examples(sample: Sample, rng: np.random.Generator) -> list[Example]:
    image = unpack(sample, "degraded.png", decode_png)
    vector = np.array(to_vector(unpack(sample, "prior.json", load_prior)), np.float32)
    working, scale = shrink_to_working_size(image)
    vector[length_entries()] *= scale
    lags = cepstrum(np.stack(cut_randomly(working, _CEPSTRUM_WINDOWS, rng)))
    return [
        _make_example(image, working, lags, vector, rng) for _ in range(_EXAMPLES_PER_PHOTOGRAPH)
    ]


def _make_example(
    image: Bytes, working: Bytes, lags: Floats, vector: Floats, rng: np.random.Generator
) -> Example:
    """Make views of a photograph, with the lengths in `vector` converted to the working size."""
    seen = [
        shrink_to_view(_cut_frame(working, rng)),
        *cut_randomly(working, _WORKING_CROPS, rng),
        *cut_randomly(image, _NATIVE_CROPS, rng),
    ]
    varied, lags, vector = _vary(np.stack(seen), lags, vector, rng)
    planes = np.ascontiguousarray(varied.transpose(0, 3, 1, 2))
    return {
        "overview": planes[0],
        "working": planes[1 : 1 + _WORKING_CROPS],
        "native": planes[1 + _WORKING_CROPS :],
        "cepstrum": lags,
        "short_side": np.float32(min(working.shape[:2])),
        "vector": vector,
    }


def _cut_frame(image: Bytes, rng: np.random.Generator) -> Bytes:
    """Cut a random window of at least `_SMALLEST_FRAME` of each side."""
    height, width = (int(length * rng.uniform(_SMALLEST_FRAME, 1.0)) for length in image.shape[:2])
    top, left = rng.integers(image.shape[0] - height + 1), rng.integers(image.shape[1] - width + 1)
    return image[top : top + height, left : left + width]


def _vary(
    views: Bytes, lags: Floats, vector: Floats, rng: np.random.Generator
) -> tuple[Bytes, Floats, Floats]:
    """Mirror views (V, S, S, 3) and a cepstrum, swap colours, and adapt the vector.

    There are few scenes and many degradations, so without this the network memorizes the scenes.
    """
    colours, vector = rng.permutation(3), vector.copy()
    views = views[..., colours]
    for channels in colour_entries().values():
        vector[channels] = vector[channels][colours]
    for axis, share in ((2, 0.5), (1, _UPSIDE_DOWN_SHARE)):
        if rng.random() < share:
            views, lags = np.flip(views, axis), np.flip(lags, 0)
            vector[mirrored_entries()] *= -1
    return views, lags, vector
