"""Runs the benchmarks and shows their figures."""

import os
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import ParamSpec, TypeVar

from rich.console import Console
from rich.table import Table

from flows.launch import launch
from flows.restore import restore
from flows.shards import run_shards
from rr_tasks.benchmarks.diagnosis import SIDE, measure_diagnosis
from rr_tasks.benchmarks.inspection import make_sidecars, measure_inspection
from rr_tasks.benchmarks.loading import make_training_data, measure_loading
from rr_tasks.benchmarks.restoration import RestorationSpeed, measure_restoration
from rr_tasks.benchmarks.synthesis import (
    measure_degradation,
    measure_synthesis,
    measure_workers,
)
from rr_tasks.degrade.tasks import synthesize_shard_task
from schemas.archive import RestoreParameters
from schemas.shard import SynthesisSpec

_SAMPLES = 256

ArgumentsT = ParamSpec("ArgumentsT")
ResultT = TypeVar("ResultT")


def bench_restoration(console: Console, photographs: str, count: int) -> None:
    """Show end-to-end and bare speed of restoring, and peak memory as photographs go by."""
    table = Table(title="rr restore beside the bare forwards on the same tiles")
    for heading in ("photographs", "MP", "bare MP/s", "rr restore MP/s", "share", "peak MiB"):
        table.add_column(heading, justify="right")
    parts: list[RestorationSpeed] = []
    with tempfile.TemporaryDirectory(prefix="rr-bench-") as work:
        for part in measure_restoration(photographs, count, Path(work), _restore):
            parts.append(part)
            _add(table, sum(p.photographs for p in parts), part)
    total = RestorationSpeed(
        photographs=sum(part.photographs for part in parts),
        megapixels=sum(part.megapixels for part in parts),
        bare_seconds=sum(part.bare_seconds for part in parts),
        whole_seconds=sum(part.whole_seconds for part in parts),
        peak_mib=parts[-1].peak_mib,
    )
    table.add_section()
    _add(table, total.photographs, total)
    console.print(table)


def bench_diagnosis(console: Console, photographs: str, count: int) -> None:
    """Show the time of a diagnosis beside that of the restoration."""
    speed = measure_diagnosis(photographs, count)
    console.print(
        f"{speed.photographs} photographs of {SIDE} x {SIDE}, medians: diagnosis "
        f"{1000 * speed.diagnosis_seconds:.1f} ms, restoration "
        f"{1000 * speed.restoration_seconds:.1f} ms; the diagnosis takes {speed.share:.1%} of that "
        "(aim: under 10%)"
    )


def bench_synthesis(console: Console, photographs: str, samples: int) -> None:
    """Show the speed of synthesis, on one thread and with more and more workers, and its memory."""
    degraded = _elsewhere(measure_degradation, photographs, samples)
    console.print(
        "all four degradations at 512 x 512, one thread, without encoding: "
        f"{degraded:.1f} images/s (aim: at least 4)"
    )
    speed = _elsewhere(measure_synthesis, photographs, samples)
    console.print(
        f"whole synthesis, one thread: {speed.samples / speed.whole_seconds:.1f} samples/s, "
        f"{speed.ratio:.2f} times the time of encoding its images alone (aim: at most 2)"
    )
    table = Table(title="rr synthesize by the number of workers")
    for heading in ("workers", "samples/s", "speed-up", "peak MiB, first quarter", "peak MiB"):
        table.add_column(heading, justify="right")
    cores = os.cpu_count() or 1
    counts = [count for count in (1, 2, 4, 8, 16, 32, 64) if count <= cores]
    parts = [
        _elsewhere(measure_workers, photographs, samples, count, _make_shards) for count in counts
    ]
    for part in parts:
        table.add_row(
            str(part.workers),
            f"{part.samples_per_second:.1f}",
            f"{part.samples_per_second / parts[0].samples_per_second:.2f}",
            f"{part.first_peak_mib:.0f}",
            f"{part.last_peak_mib:.0f}",
        )
    console.print(table)
    same = len({part.sha256 for part in parts}) == 1
    console.print(f"the same bytes with any number of workers: {'yes' if same else 'NO'}")


def bench_loading(
    console: Console, shards: str | None, annotations: str | None, photographs: str, batches: int
) -> None:
    """Show how fast training data is loaded beside what training consumes, and its memory."""
    with tempfile.TemporaryDirectory(prefix="rr-bench-") as work:
        if shards is None or annotations is None:
            shards, annotations = _elsewhere(make_training_data, photographs, _SAMPLES, work)
        speed = measure_loading(shards, annotations, batches)
    console.print(
        f"loader alone: {speed.loaded_per_second:.0f} examples/s over {speed.loaded} examples; "
        f"training step of the edge restorer: {speed.consumed_per_second:.1f} examples/s "
        f"({speed.step_seconds:.2f} s a step)"
    )
    console.print(f"the loader is {speed.ratio:.1f} times as fast (aim: at least 5)")
    console.print(
        f"peak memory: {speed.first_peak_mib:.0f} MiB after the first quarter, "
        f"{speed.last_peak_mib:.0f} MiB after the last"
    )


def bench_inspection(console: Console, rows: int, shard_size: int) -> None:
    """Show how long it takes to survey that many rows."""
    with tempfile.TemporaryDirectory(prefix="rr-bench-") as work:
        make_sidecars(work, rows, shard_size)
        speed = _elsewhere(measure_inspection, work)
    console.print(
        f"{speed.rows:,} rows in {speed.shards:,} shards surveyed in {speed.seconds:.1f} s; "
        f"peak memory {speed.peak_mib:.0f} MiB"
    )


def _elsewhere(
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
    launch(restore, RestoreParameters(input=str(source), output=str(output)))


def _add(table: Table, photographs: int, speed: RestorationSpeed) -> None:
    table.add_row(
        str(photographs),
        f"{speed.megapixels:.1f}",
        f"{speed.megapixels / speed.bare_seconds:.3f}",
        f"{speed.megapixels / speed.whole_seconds:.3f}",
        f"{speed.share:.1%}",
        f"{speed.peak_mib:.0f}",
    )
