"""Writes a difference as tables for programs and as a self-contained HTML page."""

from typing import Any

import polars as pl

from rr_tasks.refresh.difference import Difference
from rr_tasks.refresh.history import Annotations
from rr_tasks.storage.files import join, publish_bytes
from rr_tasks.storage.tables import publish_csv
from rr_tasks.template import render
from schemas.prior.current import DEGRADATIONS


def write_difference(
    folder: str, old: Annotations, new: Annotations, difference: Difference
) -> str:
    """Write `totals.csv`, `changes.csv`, `histogram.csv` and `report.html` into a folder.

    Returns:
        URL of the page.
    """
    for name in ("totals", "changes", "histogram"):
        table: pl.DataFrame = getattr(difference, name)
        publish_csv(table, join(folder, f"{name}.csv"))
    report = join(folder, "report.html")
    publish_bytes(render_report(old, new, difference).encode(), report)
    return report


def render_report(old: Annotations, new: Annotations, difference: Difference) -> str:
    """Render the page: the reasoners, what is equal, and how each degradation changed."""
    return render(
        "refresh",
        "report.html.j2",
        sides=(("Old", old), ("New", new)),
        totals=difference.totals.row(0, named=True),
        changes=difference.changes.to_dicts(),
        histograms=[_bars(difference.histogram.filter(degradation=name)) for name in DEGRADATIONS],
    )


def name_bin(low: int, high: int) -> str:
    """Name a bin of the histogram of shifts."""
    return f"{low:+d} to {high:+d}".replace("+0", "0") if high else "no shift"


def _bars(histogram: pl.DataFrame) -> dict[str, Any]:
    tallest = max(1, *histogram["samples"])
    return {
        "name": histogram["degradation"][0],
        "total": sum(histogram["samples"]),
        "bars": [
            (name_bin(low, high), samples, round(100 * samples / tallest, 1))
            for _, low, high, samples in histogram.iter_rows()
        ],
    }
