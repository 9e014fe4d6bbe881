"""How fast training data is loaded, compared with what the edge restorer's training consumes."""

import time
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from statistics import median

import torch

from rr_tasks.benchmarks.memory import peak_mib
from rr_tasks.degrade.synthesis import plan_synthesis, synthesize_shard
from rr_tasks.reasoner.annotation import annotate_shard, open_annotations, plan_annotation
from rr_tasks.reasoner.load import load_reasoner
from rr_tasks.restorer.edge import EdgeRestorer
from rr_tasks.restorer.network import RestorerNetwork
from rr_tasks.shards.spec import open_dataset
from rr_tasks.storage.scratch import scratch_folder
from rr_tasks.training.crops import load_crops
from rr_tasks.training.flow import FlowBatch, flow_loss
from rr_tasks.training.loop import train
from rr_tasks.training.objective import Losses, Objective
from schemas.network import RestorerShape
from schemas.reasoner import EdgeReasonerChoice
from schemas.recipe import EDGE_DEFAULT
from schemas.shard import shard_count
from schemas.training import LoopSettings

_CROP_SIDE = 128
_BATCH_SIZE = 8
_SHARD_SIZE = 64
_STEPS = 12
_SEED = 0


@dataclass(frozen=True)
class LoadingSpeed:
    """Examples and seconds of the loader alone and of training steps; peak memory in MiB."""

    loaded: int
    loading_seconds: float
    first_peak_mib: float
    last_peak_mib: float
    step_seconds: float

    @property
    def loaded_per_second(self) -> float:
        """Examples per second from the loader alone, including the wait for the first."""
        return self.loaded / self.loading_seconds

    @property
    def consumed_per_second(self) -> float:
        """Examples per second that training consumes."""
        return _BATCH_SIZE / self.step_seconds

    @property
    def ratio(self) -> float:
        """How many times faster than training the loader is."""
        return self.loaded_per_second / self.consumed_per_second


def make_training_data(photographs: str, samples: int, work: str) -> tuple[str, str]:
    """Make a small data set with the shipped reasoner's annotations.

    Returns:
        URLs of shards and annotations.
    """
    spec, found = plan_synthesis(photographs, EDGE_DEFAULT, _SEED, samples, _SHARD_SIZE)
    reasoner = load_reasoner(EdgeReasonerChoice())
    shards = open_dataset(work, spec, found)
    annotated = plan_annotation(shards, reasoner)
    annotations = open_annotations(work, annotated)
    for shard in range(shard_count(spec)):
        synthesize_shard(shards, spec, photographs, shard)
        annotate_shard(shards, annotations, annotated, reasoner, shard)
    return shards, annotations


def measure_loading(shards: str, annotations: str, batches: int) -> LoadingSpeed:
    """Load batches as fast as possible, then train the edge restorer on one of them for some steps.

    Args:
        shards: URL of a synthesized data set.
        annotations: URL of its annotations.
        batches: how many to load; peak memory is read after the first and the last quarter.
    """
    torch.manual_seed(_SEED)
    restorer = EdgeRestorer(RestorerNetwork(RestorerShape(guides=True)))
    load = partial(load_crops, side=_CROP_SIDE, batch_size=_BATCH_SIZE, seed=_SEED)
    with load(shards, annotations, restorer.survey) as loader:
        start = time.perf_counter()
        for step in range(batches):
            batch = loader.batch(step)
            if step < max(1, batches // 4):
                first_peak = peak_mib()
        seconds = time.perf_counter() - start
        last_peak = peak_mib()
    return LoadingSpeed(
        batches * _BATCH_SIZE, seconds, first_peak, last_peak, _step_seconds(restorer, batch)
    )


def _step_seconds(restorer: EdgeRestorer, batch: FlowBatch) -> float:
    """Measure the median time between the starts of training steps; the first two warm up."""
    begun: list[float] = []

    def time_loss(restorer: EdgeRestorer, given: FlowBatch, generator: torch.Generator) -> Losses:
        begun.append(time.perf_counter())
        return flow_loss(restorer, given, generator)

    objective = Objective(restorer.trainable(), partial(time_loss, restorer))
    settings = LoopSettings(steps=_STEPS, batch_size=_BATCH_SIZE, learning_rate=1e-4)
    with scratch_folder() as folder:
        train(
            objective,
            _Fixed(batch),
            settings,
            str(folder),
            device=restorer.device,
            on_progress=lambda *_: None,
        )
    return median(end - start for start, end in pairwise(begun[2:]))


class _Fixed:
    """Batches that cost nothing to load."""

    def __init__(self, batch: FlowBatch) -> None:
        self._batch = batch

    def batch(self, _number: int) -> FlowBatch:
        return self._batch
