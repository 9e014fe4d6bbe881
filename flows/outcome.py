"""Shows people what a command made and where it lies."""

from pathlib import Path

import polars as pl
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from flows.evaluate import Evaluation
from flows.pipeline import PipelineResult
from schemas.archive import RunSummary


def show_restoration(console: Console, summary: RunSummary) -> None:
    """Print the counts of a run and where its outputs lie."""
    counts = summary.counts
    console.print(
        f"{summary.found} photographs: [green]{counts.restored} restored[/green], "
        f"{counts.clean} needed nothing, {counts.skipped} done before, "
        f"[{'red' if counts.failed else 'green'}]{counts.failed} failed[/]"
    )
    for folder in summary.unreadable:
        console.print(f"[red]Folder could not be listed: {escape(folder)}[/red]", soft_wrap=True)
    _where(console, "Restored folder", summary.parameters.output)
    _where(console, "Report", summary.report)
    if summary.archive.failed:
        _where(console, "Failures", summary.failures)


def show_evaluation(console: Console, evaluation: Evaluation) -> None:
    """Print both tables of an evaluation and where they lie."""
    console.print(_table("Image quality (PSNR in dB, RGB; SSIM)", evaluation.quality))
    console.print(_table("Diagnosis", evaluation.diagnosis))
    _where(console, "Tables", evaluation.folder)
    _where(console, "Examples", f"{evaluation.folder}/examples.jpg")


def show_pipeline(console: Console, result: PipelineResult) -> None:
    """Print everything the pipeline has to say at its end."""
    show_evaluation(console, result.evaluation)
    console.print(f"[bold]Verdict[/bold]          {escape(result.verdict.reason)}")
    show_restoration(console, result.summary)
    _where(console, "Metrics table", str(Path(result.evaluation.folder) / "quality.csv"))


def _table(title: str, frame: pl.DataFrame) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold")
    for name, kind in frame.schema.items():
        table.add_column(name.replace("_", " "), justify="left" if kind == pl.String else "right")
    for row in frame.iter_rows():
        table.add_row(*(f"{cell:.3f}" if isinstance(cell, float) else str(cell) for cell in row))
    return table


def _where(console: Console, what: str, path: str) -> None:
    console.print(f"[bold]{what:<16}[/bold] {escape(path)}", soft_wrap=True, highlight=False)
