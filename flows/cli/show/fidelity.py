"""Shows how much of a photograph remains visible at each severity."""

import polars as pl
from rich.console import Console

from flows.cli.show.table import Column, print_columns


def show_fidelity(console: Console, measured: pl.DataFrame) -> None:
    """Print what `rr_tasks.degrade.fidelity.measure_fidelity` returns, a column for each type."""
    asked = measured["asked"].unique(maintain_order=True)
    columns = [Column("asked", [f"{one:.0f}" for one in asked], right=True)]
    for (name,), of in measured.group_by("type", maintain_order=True):
        cells = [
            f"{severity:.0f}  {vif:.2f}  {ms_ssim:.2f}"
            for severity, vif, ms_ssim in of.select("severity", "vif", "ms_ssim").iter_rows()
        ]
        columns.append(Column(str(name), cells, right=True))
    print_columns(
        console,
        "severity, and what is still seen: visual information fidelity, and multi-scale SSIM "
        "(1: all)",
        columns,
    )
