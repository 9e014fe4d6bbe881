"""Runs the benchmarks and shows their figures."""

import tempfile
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from rich.console import Console
from rich.table import Table

from flows.launch import launch
from flows.restore import restore
from rr_tasks.benchmarks.diagnosis import SIDE, measure_diagnosis
from rr_tasks.benchmarks.inspection import InspectionSpeed, make_sidecars, measure_inspection
from rr_tasks.benchmarks.loading import make_training_data, measure_loading
from rr_tasks.benchmarks.restoration import RestorationSpeed, measure_restoration
from rr_tasks.benchmarks.synthesis import measure_synthesis
from schemas.archive import RestoreParameters

_SAMPLES = 256


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
    """Show the time of synthesis beside that of encoding alone."""
    speed = measure_synthesis(photographs, samples)
    console.print(
        f"{speed.samples} samples, one thread: {speed.samples / speed.whole_seconds:.1f} "
        f"samples/s; synthesis takes {speed.ratio:.2f} times as long as encoding its images alone"
    )


def bench_loading(
    console: Console, shards: str | None, annotations: str | None, photographs: str, batches: int
) -> None:
    """Show how fast training data is loaded beside what training consumes, and its memory."""
    with tempfile.TemporaryDirectory(prefix="rr-bench-") as work:
        if shards is None or annotations is None:
            shards, annotations = _made_elsewhere(photographs, work)
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
        speed = _surveyed_elsewhere(work, rows, shard_size)
    console.print(
        f"{speed.rows:,} rows in {speed.shards:,} shards surveyed in {speed.seconds:.1f} s; "
        f"peak memory {speed.peak_mib:.0f} MiB"
    )


def _surveyed_elsewhere(work: str, rows: int, shard_size: int) -> InspectionSpeed:
    """In a process of its own, so that the memory is that of the survey."""
    make_sidecars(work, rows, shard_size)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(measure_inspection, work).result()


def _made_elsewhere(photographs: str, work: str) -> tuple[str, str]:
    """In a process of its own, so that its memory does not hide that of the loader."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(make_training_data, photographs, _SAMPLES, work).result()


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
