"""`rr inspect`: shows a data set at a glance."""

from typing import Annotated

import typer

from flows.cli.result import print_json
from flows.console import console
from schemas.inspection import Inspection


def inspect(
    folder: Annotated[str, typer.Argument(help="Folder or URL of a data set or of annotations.")],
    json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
    html: Annotated[
        str | None, typer.Option(metavar="FILE", help="Write a single-file page with pictures.")
    ] = None,
    pictures: Annotated[int, typer.Option(min=0, max=48, help="Samples to show on the page.")] = 12,
) -> None:
    """Show what a data set contains: finished shards, failures, severities, mixtures, sizes.

    Only done markers and sidecars are read, and for the page the start of a few tars, so a million
    samples take a few seconds. A data set can be inspected while it is being made.

    Example: [bold]rr inspect data/edge-default-1f0c... --html look.html[/bold]
    """
    from flows.cli.show.inspection import show_inspection
    from rr_tasks.inspection.survey import inspect as survey

    found = survey(folder)
    if html:
        _write_page(found, pictures, html)
    if json:
        print_json(found.model_dump_json(indent=2))
    else:
        show_inspection(console, found)


def _write_page(found: Inspection, pictures: int, html: str) -> None:
    from flows.host import host
    from rr_tasks.inspection.page import render_page
    from rr_tasks.inspection.pictures import pick_pictures
    from rr_tasks.storage.files import publish_bytes

    publish_bytes(render_page(found, *pick_pictures(found.url, pictures)), html)
    host().say(f"written: {html}")
