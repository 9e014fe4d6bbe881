"""Shows what `rr restore` did."""

from rich.console import Console
from rich.markup import escape

from flows.cli.show.place import print_place
from schemas.archive import RunSummary


def show_restoration(console: Console, summary: RunSummary) -> None:
    """Print the counts of a run and the location of its outputs."""
    counts = summary.counts
    console.print(
        f"{summary.found} photographs: [green]{counts.restored} restored[/green], "
        f"{counts.clean} needed nothing, {counts.skipped} done before, "
        f"[{'red' if counts.failed else 'green'}]{counts.failed} failed[/]"
    )
    for folder in summary.unreadable:
        console.print(f"[red]Folder could not be listed: {escape(folder)}[/red]", soft_wrap=True)
    print_place(console, "Restored folder", summary.parameters.output)
    print_place(console, "Report", summary.report)
    if summary.archive.failed:
        print_place(console, "Failures", summary.failures)
