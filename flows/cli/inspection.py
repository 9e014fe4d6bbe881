"""`rr inspect`: a data set at a glance."""

from typing import Annotated

import typer

from flows.cli.options import console


def inspect(
    folder: Annotated[str, typer.Argument(help="Folder of a data set or of annotations; any URL.")],
    json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
    html: Annotated[
        str | None, typer.Option(metavar="FILE", help="Write a page with pictures, in one file.")
    ] = None,
    pictures: Annotated[int, typer.Option(min=0, max=48, help="Samples to show on the page.")] = 12,
) -> None:
    """Look at a data set: what is finished, what failed and why, severities, mixtures, sizes.

    Only done markers and sidecars are read, so a million samples take some seconds; for the page
    also the beginnings of a few tars. A data set that is still being made can be looked at too.

    Example: [bold]rr inspect data/edge-default-1f0c... --html look.html[/bold]
    """
    from flows.cli.show.inspection import show_inspection
    from flows.host import host
    from rr_tasks.inspection.page import render_page
    from rr_tasks.inspection.pictures import pick_pictures
    from rr_tasks.inspection.survey import inspect as survey
    from rr_tasks.storage.files import publish_bytes

    found = survey(folder)
    if html:
        publish_bytes(render_page(found, pick_pictures(folder, pictures)), html)
        host().say(f"written: {html}")
    if json:
        typer.echo(found.model_dump_json(indent=2))
    else:
        show_inspection(console, found)
