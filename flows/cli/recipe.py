"""`rr recipe`: shows what a recipe of degradations does."""

from typing import Annotated

import typer

from flows.cli.options import SAMPLES, Seed
from flows.cli.result import print_json
from flows.console import console
from rr_tasks.samples import sample_photographs


def recipe(
    name: Annotated[
        str,
        typer.Argument(metavar="NAME|FILE", help="Name of a recipe, or a JSON file of your own."),
    ] = "edge-default",
    sheet: Annotated[
        str | None, typer.Option(metavar="FILE", help="Write a contact sheet (JPEG) instead.")
    ] = None,
    fidelity: Annotated[
        bool,
        typer.Option(
            "--fidelity", help="Measure how much remains visible instead: a minute or two."
        ),
    ] = False,
    *,
    photographs: Annotated[
        str,
        typer.Option(
            default_factory=sample_photographs,
            show_default=SAMPLES,
            help="Folder of clean photographs for the sheet and the measurement.",
        ),
    ],
    seed: Seed = 0,
) -> None:
    """Show what a recipe of [bold]rr synthesize[/bold] does: ranges, a picture, or a measurement.

    Recipes: edge-default, benchmark, edge-v2, field, benchmark-field, reasoner-v1, reasoner-v2,
    restorer-v1, cdd11, agenticir, cdd11-like, agenticir-like. To make your own, save the output to
    a file, change the name and whatever else you like, and omit fields that should be as in
    edge-default.

    The contact sheet asks for severities of 10, 40, 70 and 100 of each type (in cdd11 and
    agenticir: places in the published ranges) and says what came of it; --fidelity measures
    whether equal severities look equally bad. docs/DEGRADATIONS.md explains both.

    Example: [bold]rr recipe edge-v2 --sheet edge-v2.jpg[/bold], or
    [bold]rr recipe edge-v2 > mine.json[/bold] and, after changing it,
    [bold]rr synthesize photos/train data --recipe mine.json[/bold]
    """
    from rr_tasks.degrade.recipe_file import find_recipe

    if sheet and fidelity:
        raise typer.BadParameter("give --sheet or --fidelity, not both")
    found = find_recipe(name)
    if sheet:
        from rr_tasks.degrade.sheet import draw_sheet
        from rr_tasks.storage.files import publish_bytes

        publish_bytes(draw_sheet(photographs, found, seed), sheet)
        console.print(f"written: {sheet}", soft_wrap=True, highlight=False, markup=False)
    elif fidelity:
        from flows.cli.show.fidelity import show_fidelity
        from rr_tasks.degrade.fidelity import measure_fidelity

        with console.status("degrading and comparing 24 squares"):
            measured = measure_fidelity(photographs, found, seed, count=24)
        show_fidelity(console, measured)
    else:
        print_json(found.model_dump_json(indent=2, exclude_none=True))
