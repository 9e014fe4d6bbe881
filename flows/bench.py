"""Runs the benchmarks and shows their figures."""

import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from flows.launch import launch
from flows.restore import restore
from rr_tasks.benchmarks.restoration import RestorationSpeed, measure_restoration
from rr_tasks.benchmarks.synthesis import measure_synthesis
from schemas.archive import RestoreParameters


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


def bench_synthesis(console: Console, photographs: str, samples: int) -> None:
    """Show the time of synthesis beside that of encoding alone."""
    speed = measure_synthesis(photographs, samples)
    console.print(
        f"{speed.samples} samples, one thread: {speed.samples / speed.whole_seconds:.1f} "
        f"samples/s; synthesis takes {speed.ratio:.2f} times as long as encoding its images alone"
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
