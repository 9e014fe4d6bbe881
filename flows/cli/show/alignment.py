"""Shows how an alignment went, and where to look at it."""

from rich.console import Console

from flows.align import Alignment
from flows.cli.show.place import print_place
from rr_tasks.alignment.report import describe, read_log


def show_alignment(console: Console, alignment: Alignment) -> None:
    """Print how the reward changed, and where weights and report are."""
    console.print(describe(read_log(alignment.folder)))
    print_place(console, "Weights", alignment.weights)
    print_place(console, "Report", alignment.report)
