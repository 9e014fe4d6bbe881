"""Shows how much of a photograph remains visible at each severity."""

import polars as pl
from rich.console import Console

from flows.cli.show.table import Column, print_columns
from schemas.prior.current import DEGRADATIONS


def show_fidelity(console: Console, measured: pl.DataFrame) -> None:
    """Print what `rr_tasks.degrade.fidelity.measure_fidelity` returns, a row for each severity."""
    of = measured.rows_by_key(("severity", "type"), named=True, unique=True)
    severities = measured["severity"].unique(maintain_order=True)
    columns = [Column("severity", [f"{severity:.0f}" for severity in severities], right=True)]
    for name in DEGRADATIONS:
        found = [of[severity, name] for severity in severities]
        cells = [f"{one['vif']:.2f}  {one['ms_ssim']:.2f}" for one in found]
        columns.append(Column(name, cells, right=True))
    print_columns(
        console,
        "what is still seen: visual information fidelity, and multi-scale SSIM (1: all)",
        columns,
    )
