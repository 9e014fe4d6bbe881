"""Runs the benchmarks, of stages as users run them."""

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import ParamSpec, TypeVar

from flows.restore import restore
from flows.shards import run_shards
from rr_tasks.benchmarks.inspection import InspectionSpeed, make_sidecars, measure_inspection
from rr_tasks.benchmarks.loading import LoadingSpeed, make_training_data, measure_loading
from rr_tasks.benchmarks.restoration import RestorationSpeeds, measure_restoration
from rr_tasks.benchmarks.speed import Speed
from rr_tasks.benchmarks.synthesis import (
    SynthesisSpeed,
    measure_degradation,
    measure_synthesis,
    measure_workers,
)
from rr_tasks.cpu import default_workers
from rr_tasks.degrade.tasks import synthesize_shard_task
from rr_tasks.storage.scratch import scratch_folder
from schemas.archive import RestoreParameters
from schemas.shard import SynthesisSpec

_SAMPLES = 256

ArgumentsT = ParamSpec("ArgumentsT")
ResultT = TypeVar("ResultT")


@dataclass(frozen=True)
class SynthesisSpeeds:
    """Images a second degraded without encoding, whole synthesis, and that by workers."""

    degraded_per_second: float
    whole: SynthesisSpeed
    by_workers: list[Speed]


def bench_restoration(photographs: str, count: int) -> RestorationSpeeds:
    """Measure restoring on one core, on all, and beside a busy process."""
    return measure_restoration(photographs, count, _restore)


def bench_synthesis(photographs: str, samples: int) -> SynthesisSpeeds:
    """Measure synthesis on one thread, and with more and more workers."""
    counts = [count for count in (1, 2, 4, 8, 16, 32, 64) if count <= default_workers()]
    return SynthesisSpeeds(
        _measure_apart(measure_degradation, photographs, samples),
        _measure_apart(measure_synthesis, photographs, samples),
        [
            _measure_apart(measure_workers, photographs, samples, count, _make_shards)
            for count in counts
        ],
    )


def bench_loading(
    shards: str | None, annotations: str | None, photographs: str, batches: int
) -> LoadingSpeed:
    """Measure loading of a data set, by default of a small one that is made of photographs."""
    with scratch_folder() as work:
        if shards is None or annotations is None:
            shards, annotations = _measure_apart(
                make_training_data, photographs, _SAMPLES, str(work)
            )
        return measure_loading(shards, annotations, batches)


def bench_inspection(rows: int, shard_size: int) -> InspectionSpeed:
    """Measure a survey of that many rows."""
    with scratch_folder() as work:
        make_sidecars(str(work), rows, shard_size)
        return _measure_apart(measure_inspection, str(work))


def _measure_apart(
    measure: Callable[ArgumentsT, ResultT], *arguments: ArgumentsT.args, **named: ArgumentsT.kwargs
) -> ResultT:
    """Call a function in a process of its own, so that memory and settings are its own too."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(measure, *arguments, **named).result()


def _make_shards(
    folder: str, spec: SynthesisSpec, photographs: str, shards: Sequence[int], workers: int
) -> None:
    """As `rr synthesize` does."""
    run_shards(
        synthesize_shard_task, shards, folder, spec, photographs, label=None, workers=workers
    )


def _restore(source: Path, output: Path) -> None:
    """As `rr restore` does."""
    restore(RestoreParameters(input=str(source), output=str(output)))
