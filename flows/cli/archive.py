"""`rr status` and `rr undo`: look at an output folder, and remove what was made there."""

from typing import Annotated

import typer

from flows.cli.beginning import begin
from flows.cli.result import print_json
from flows.console import console

Output = Annotated[
    str, typer.Argument(metavar="OUT", help="Folder or URL that rr restore wrote to.")
]


def status(
    output: Output,
    json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
) -> None:
    """Show how far an archive is: outcomes, what is left, failures, losses, settings.

    Nothing is run and nothing is written, and runs that are at work are not disturbed.

    Example: [bold]rr status ~/Restored[/bold]
    """
    begin("Reading the ledgers")
    from flows.cli.show.archive import show_status
    from rr_tasks.archive.status import inspect_archive

    found = inspect_archive(output)
    if json:
        print_json(found.model_dump_json(indent=2))
    else:
        show_status(console, found)


def undo(
    output: Output,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Remove all that rr restore made in a folder: photographs, diagnoses, report and ledgers.

    Only files that the ledgers record are removed, and only if they have not changed since; the
    others are named and stay. Originals are never touched.

    Example: [bold]rr undo ~/Restored[/bold]
    """
    begin("Reading the ledgers")
    from flows.cli.show.archive import show_undone
    from rr_tasks.archive.status import inspect_archive
    from rr_tasks.archive.undo import undo as remove
    from rr_tasks.plural import say_count
    from rr_tasks.storage.names import to_display

    if not yes:
        found = inspect_archive(output)
        made = say_count(found.planned - found.left - found.counts.failed, "photograph")
        place = to_display(found.output)
        typer.confirm(f"Remove {made} with diagnoses and report from {place}?", abort=True)
    show_undone(console, remove(output))
