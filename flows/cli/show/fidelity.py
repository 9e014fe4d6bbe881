"""Shows how much of a photograph remains visible at each severity."""

import polars as pl
from rich.console import Console
from rich.table import Table

from schemas.prior.current import DEGRADATIONS


def show_fidelity(console: Console, measured: pl.DataFrame) -> None:
    """Print what `rr_tasks.degrade.fidelity.measure_fidelity` returns, a row for each severity."""
    table = Table(
        title="what is still seen: visual information fidelity, and multi-scale SSIM (1: all)",
        title_justify="left",
    )
    table.add_column("severity", justify="right")
    for name in DEGRADATIONS:
        table.add_column(name, justify="right")
    for (severity,), group in measured.group_by("severity", maintain_order=True):
        of = group.rows_by_key("type", named=True, unique=True)
        cells = (f"{of[name]['vif']:.2f}  {of[name]['ms_ssim']:.2f}" for name in DEGRADATIONS)
        table.add_row(f"{severity:.0f}", *cells)
    console.print(table)
