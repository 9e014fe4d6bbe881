"""Teaches the edge reasoner the ground truth of shards, and what a better reasoner says of others.

Synthesis knows the truth and not all that real photographs look like. So a share of each batch may
be real photographs without a truth, annotated by a larger reasoner, which the small one then
resembles (distillation).
"""

from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from typing import NamedTuple

import numpy as np
import torch

from rr_tasks.photographs.pixels import Bytes
from rr_tasks.reasoner.cepstrum import Floats, read_cepstra
from rr_tasks.reasoner.network import ReasonerNetwork
from rr_tasks.reasoner.views import cut_randomly, shrink_to_view, shrink_to_working_size
from rr_tasks.shards.png import decode_png
from rr_tasks.shards.stream import Sample, ShardStream, unpack
from rr_tasks.training.dataset import check_dataset
from rr_tasks.training.diagnosis import diagnosis_loss
from rr_tasks.training.epochs import deal_epochs
from rr_tasks.training.loop import ProgressReport, train
from rr_tasks.training.objective import Objective
from rr_tasks.training.rounds import Batch, Batches, Example, RoundLoader, stack
from rr_tasks.training.taught import Joined, ReadSamples, TaughtPhotographs
from rr_tasks.training.truth import Truth, Window
from schemas.prior.migrations import load_prior
from schemas.shard import DoneMarker
from schemas.training import LoopSettings

ALGORITHM = 5
"""Counts changes of this objective that lead the same settings to other weights."""

_WORKING_CROPS = 1  # beside a window that the cepstra are of
_NATIVE_CROPS = 1
_CEPSTRUM_WINDOWS = 16
_EXAMPLES_PER_PHOTOGRAPH = 2
_PHOTOGRAPHS_PER_ROUND = 512

_TAUGHT_SHARE = 0.25
_UPSIDE_DOWN_SHARE = 0.25
_SMALLEST_FRAME = 0.7


def train_reasoner(
    network: ReasonerNetwork,
    shards: str,
    settings: LoopSettings,
    *,
    folder: str,
    device: torch.device,
    on_progress: ProgressReport,
    taught: TaughtPhotographs | None = None,
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
        taught: photographs with the annotations of another reasoner, which make up
            `_TAUGHT_SHARE` of each batch.

    Raises:
        UntaughtError, OtherDataSetError, MissingDiagnosesError: see `TaughtPhotographs.open`.
    """
    markers = check_dataset(shards)
    objective = Objective(network, partial(diagnosis_loss, network))
    of_taught = max(1, round(_TAUGHT_SHARE * settings.batch_size)) if taught else 0
    with ExitStack() as opened:

        def load(
            markers: Sequence[DoneMarker], read: ReadSamples, batch_size: int
        ) -> RoundLoader[Sample, Example, Batch]:
            loader = RoundLoader(
                deal_epochs(markers, samples_per_round=_PHOTOGRAPHS_PER_ROUND, seed=settings.seed),
                read,
                partial(make_examples, whole=network.shape.maps),
                stack,
                examples_per_sample=_EXAMPLES_PER_PHOTOGRAPH,
                batch_size=batch_size,
            )
            return opened.enter_context(loader)

        truth = ShardStream(shards, markers, "degraded.png", "prior.json").read
        batches: Batches[Batch] = load(markers, truth, settings.batch_size - of_taught)
        if taught is not None:
            batches = Joined(batches, load(*taught.open(), of_taught))
        train(objective, batches, settings, folder, device=device, on_progress=on_progress)


class _Shown(NamedTuple):
    """What is common to all examples of a photograph."""

    image: Bytes
    working: Bytes
    window: Bytes
    lags: Floats
    truth: Truth


def make_examples(sample: Sample, rng: np.random.Generator, *, whole: bool = True) -> list[Example]:
    """Make examples of a sample: views of its photograph, varied, and the truth about them.

    Networks that see the whole are shown the sharpest window first; see
    `rr_tasks.reasoner.views.take_views`.
    """
    image = unpack(sample, "degraded.png", decode_png)
    working, scale = shrink_to_working_size(image)
    truth = Truth.of(unpack(sample, "prior.json", load_prior), scale)
    windows = cut_randomly(working, _CEPSTRUM_WINDOWS, rng)
    everywhere, sharp, sharpest = read_cepstra(np.stack(windows))
    window = windows[sharpest if whole else 0]
    shown = _Shown(image, working, window, np.stack([everywhere, sharp]), truth)
    return [_make_example(shown, rng) for _ in range(_EXAMPLES_PER_PHOTOGRAPH)]


def _make_example(shown: _Shown, rng: np.random.Generator) -> Example:
    window = _draw_window(rng)
    views = [
        shrink_to_view(_cut(shown.working, window)),
        shown.window,
        *cut_randomly(shown.working, _WORKING_CROPS, rng),
        *cut_randomly(shown.image, _NATIVE_CROPS, rng),
    ]
    varied, lags, truth = _vary(np.stack(views), shown.lags, shown.truth.cut(window), rng)
    overview, *crops = np.ascontiguousarray(varied.transpose(0, 3, 1, 2))
    return {
        "overview": overview,
        "working": np.stack(crops[: 1 + _WORKING_CROPS]),
        "native": np.stack(crops[1 + _WORKING_CROPS :]),
        "cepstra": np.ascontiguousarray(lags),
        "short_side": np.float32(min(shown.working.shape[:2])),
        **truth._asdict(),
    }


def _draw_window(rng: np.random.Generator) -> Window:
    """Draw a window of at least `_SMALLEST_FRAME` of each side."""
    lengths = rng.uniform(_SMALLEST_FRAME, 1.0, 2)
    starts = rng.random(2) * (1 - lengths)
    height, width = (slice(*ends) for ends in zip(starts, starts + lengths, strict=True))
    return height, width


def _cut(image: Bytes, window: Window) -> Bytes:
    rows, columns = (
        slice(int(part.start * length), max(1, round(part.stop * length)))
        for part, length in zip(window, image.shape[:2], strict=True)
    )
    return image[rows, columns]


def _vary(
    views: Bytes, lags: Floats, truth: Truth, rng: np.random.Generator
) -> tuple[Bytes, Floats, Truth]:
    """Mirror views (V, S, S, 3) and cepstra (2, ...), swap colours, and adapt the truth.

    There are few scenes and many degradations, so without this the network memorizes the scenes.
    """
    colours = rng.permutation(3)
    views, truth = views[..., colours], truth.swap_colours(colours)
    for axis, share in ((1, 0.5), (0, _UPSIDE_DOWN_SHARE)):
        if rng.random() < share:
            views, lags, truth = np.flip(views, axis + 1), np.flip(lags, 1), truth.mirror(axis)
    return views, lags, truth
