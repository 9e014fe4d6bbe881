"""Shows what `rr restore` did."""

from rich.console import Console
from rich.markup import escape

from flows.cli.show.outcomes import describe_counts
from flows.cli.show.place import print_place
from rr_tasks.archive.listing import describe_left_out
from rr_tasks.plural import say_count
from schemas.archive import RunSummary


def show_restoration(console: Console, summary: RunSummary) -> None:
    """Print the counts of a run and the location of its outputs."""
    console.print(f"{say_count(summary.found, 'photograph')}: {describe_counts(summary.counts)}")
    if summary.parameters.companions:
        companions = summary.companions
        console.print(
            f"{say_count(companions.copied, 'companion')} copied, {companions.skipped} done before"
            + (f", [red]{companions.failed} failed[/red]" if companions.failed else "")
        )
    if summary.left_out:
        console.print(f"Left out: {escape(describe_left_out(summary.left_out))}", soft_wrap=True)
    for folder in summary.unreadable:
        console.print(f"[red]Folder could not be listed: {escape(folder)}[/red]", soft_wrap=True)
    if summary.usage:
        console.print(f"The server's answers took {summary.usage}", soft_wrap=True)
    print_place(console, "Restored folder", summary.parameters.output)
    print_place(console, "Report", summary.report)
    if summary.archive.failed or summary.companions.failed:
        print_place(console, "Failures", summary.failures)
