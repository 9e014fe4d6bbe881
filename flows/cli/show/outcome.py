"""Shows people what a command made and where it lies."""

import polars as pl
from rich.console import Console, JustifyMethod
from rich.markup import escape
from rich.table import Table

from flows.assess import Assessment
from flows.evaluate import Evaluation
from flows.pipeline import PipelineResult
from flows.refresh import Comparison, Refreshed
from rr_tasks.refresh.plan import plan_table
from rr_tasks.storage.files import join
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
    """Print both tables of an evaluation, where they lie, and what could not be used."""
    console.print(_table("Image quality (PSNR in dB, RGB; SSIM)", evaluation.quality))
    console.print(_table("Diagnosis", evaluation.diagnosis))
    _where(console, "Tables", evaluation.folder)
    _where(console, "Examples", f"{evaluation.folder}/examples.jpg")
    for source, error in evaluation.failed.iter_rows():
        console.print(f"[red]Not used: {escape(f'{source}: {error}')}[/red]", soft_wrap=True)


def show_assessment(console: Console, assessment: Assessment) -> None:
    """Print the tables of an assessment, where the page lies, and what could not be used."""
    for section in assessment.sections:
        console.print(_table(section.title, section.table))
    _where(console, "Page", assessment.page)
    for source, error in assessment.failed.iter_rows():
        console.print(f"[red]Not used: {escape(f'{source}: {error}')}[/red]", soft_wrap=True)


def show_pipeline(console: Console, result: PipelineResult) -> None:
    """Print everything the pipeline has to say at its end."""
    show_evaluation(console, result.evaluation)
    console.print(f"[bold]Verdict[/bold]          {escape(result.verdict.reason)}")
    show_restoration(console, result.summary)
    _where(console, "Metrics table", join(result.evaluation.folder, "quality.csv"))


def show_refresh(console: Console, refreshed: Refreshed) -> None:
    """Print the plan and, after a dry run, how long it would take; else what became different."""
    plan = refreshed.plan
    console.print(_table("Shards before this run", plan_table(plan)))
    for folder in plan.unreadable:
        console.print(
            f"[yellow]{escape(folder)}: its spec.json cannot be read, so it was left out[/yellow]",
            soft_wrap=True,
        )
    if refreshed.dry_run:
        console.print(str(refreshed.estimate or "Nothing to diagnose."), soft_wrap=True)
        _where(console, "Would fill" if plan.pending else "Current", plan.folder)
    if plan.old:
        compared = "Would compare to" if refreshed.dry_run else "Compared with"
        _where(console, compared, plan.old.folder)
    elif not plan.unreadable:
        console.print("There are no older annotations to compare with.")
    if refreshed.comparison:
        _show_comparison(console, refreshed.comparison)


def _show_comparison(console: Console, comparison: Comparison) -> None:
    totals = comparison.difference.totals.row(0, named=True)
    console.print(
        f"{totals['samples']} diagnoses compared: {totals['equal']} are equal apart from who wrote "
        f"them, {totals['order_changed']} have another order of treatment",
        soft_wrap=True,
    )
    shown = comparison.difference.changes.select(**_SHOWN)
    console.print(_table("Found, old and new, and the shift of the severity", shown, places=1))
    _where(console, "Report", comparison.report)


_SHOWN = {
    "type": "degradation",
    "old": "found_old",
    "new": "found_new",
    "appeared": "appeared",
    "vanished": "vanished",
    "mean": "shift_mean",
    "5 %": "shift_q05",
    "median": "shift_median",
    "95 %": "shift_q95",
}


def _table(title: str, frame: pl.DataFrame, places: int = 3) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold")
    for name, kind in frame.schema.items():
        justify: JustifyMethod = "left" if kind == pl.String else "right"
        table.add_column(name.replace("_", " "), justify=justify, overflow="fold")
    for row in frame.iter_rows():
        table.add_row(*(_cell(value, places) for value in row))
    return table


def _cell(value: object, places: int) -> str:
    if isinstance(value, float):
        return f"{value:.{places}f}"
    return "" if value is None else str(value)


def _where(console: Console, what: str, path: str) -> None:
    console.print(f"[bold]{what:<16}[/bold] {escape(path)}", soft_wrap=True, highlight=False)
