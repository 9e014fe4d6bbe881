"""`rr recipe`, `rr synthesize`, `rr annotate` and `rr migrate`: make data sets."""

from typing import Annotated

import typer

from flows.cli.failure import complain_of_inputs
from flows.cli.options import Seed, Weights, console
from schemas.parameters import (
    AnnotateParameters,
    MigrateParameters,
    RefreshParameters,
    SynthesizeParameters,
)


def synthesize(
    photographs: Annotated[str, typer.Argument(help="Folder of clean photographs.")],
    output: Annotated[str, typer.Argument(help="Receives the data set's folder.")],
    recipe: Annotated[
        str, typer.Option(help="How to degrade: a recipe's name, or a JSON file of your own.")
    ] = "edge-default",
    samples: Annotated[
        int | None, typer.Option(help="How many; by default 16 for each photograph.")
    ] = None,
    shard_size: Annotated[int, typer.Option(help="Samples in a shard.")] = 128,
    seed: Seed = 0,
    workers: Annotated[int, typer.Option(help="Shards made at the same time.")] = 2,
) -> None:
    """Make degraded WebDataset shards, with their true diagnoses, out of clean photographs.

    The folder's name carries a hash of everything that decides its content: the same settings find
    it again, other settings never touch it. [bold]rr recipe[/bold] shows what a recipe does, and
    how to write one of your own.

    Example: [bold]rr synthesize photos/train data --samples 4096[/bold]
    """
    from flows.launch import launch
    from flows.synthesize import synthesize as flow
    from rr_tasks.shards.reader import failed_inputs

    parameters = SynthesizeParameters(
        photographs=photographs,
        output=output,
        recipe=recipe,
        samples=samples,
        shard_size=shard_size,
        seed=seed,
        workers=workers,
    )
    folder = launch(flow, parameters)
    typer.echo(folder)
    failed = failed_inputs(folder)
    if not failed.is_empty():
        complain_of_inputs(failed, folder)
        raise typer.Exit(1)


def recipe(
    name: Annotated[
        str, typer.Argument(metavar="NAME|FILE", help="Which recipe, or a JSON file of your own.")
    ] = "edge-default",
    sheet: Annotated[
        str | None, typer.Option(metavar="FILE", help="Write a contact sheet (JPEG) instead.")
    ] = None,
    fidelity: Annotated[
        bool,
        typer.Option("--fidelity", help="Measure instead how much is still seen: a minute or two."),
    ] = False,
    photographs: Annotated[
        str, typer.Option(help="Folder of clean photographs for the sheet and the measurement.")
    ] = "infra/samples/train",
    seed: Seed = 0,
) -> None:
    """Show what a recipe of [bold]rr synthesize[/bold] does: ranges, a picture, or a measurement.

    Recipes: edge-default, benchmark, edge-v2, reasoner-v1, cdd11-like, agenticir-like. To make one
    of your own, save what this prints in a file, give it another name inside, change what you like,
    and leave out what shall be as in edge-default.

    The contact sheet shows haze, blur, rain and noise at severities 10, 40, 70 and 100, and
    --fidelity measures whether equal numbers look equally bad. What they mean is in
    docs/DEGRADATIONS.md.

    Example: [bold]rr recipe edge-v2 --sheet edge-v2.jpg[/bold], or
    [bold]rr recipe edge-v2 > mine.json[/bold] and, when it is changed,
    [bold]rr synthesize photos/train data --recipe mine.json[/bold]
    """
    from rr_tasks.degrade.recipe_file import find_recipe

    if sheet and fidelity:
        raise typer.BadParameter("give --sheet or --fidelity, not both")
    found = find_recipe(name)
    if sheet:
        from rr_tasks.degrade.sheet import contact_sheet
        from rr_tasks.storage.files import publish_bytes

        publish_bytes(contact_sheet(photographs, found, seed), sheet)
        console.print(f"written: {sheet}")
    elif fidelity:
        from flows.fidelity import fidelity_table
        from rr_tasks.degrade.fidelity import visual_fidelity

        with console.status("degrading and comparing 24 squares"):
            measured = visual_fidelity(photographs, found, seed, count=24)
        console.print(fidelity_table(measured))
    else:
        typer.echo(found.model_dump_json(indent=2, exclude_none=True))


def annotate(
    shards: Annotated[str, typer.Argument(help="Folder of a data set.")],
    output: Annotated[
        str | None, typer.Option(help="Receives the annotations' folder; by default beside it.")
    ] = None,
    reasoner: Weights = None,
    refresh: Annotated[
        bool,
        typer.Option(
            "--refresh",
            help="Diagnose anew what an older reasoner, prompt or schema did.",
        ),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="With --refresh: only say what would be done.")
    ] = False,
    against: Annotated[
        str | None,
        typer.Option(
            help="With --refresh: older annotations to compare with; by default the newest ones."
        ),
    ] = None,
) -> None:
    """Diagnose the degraded photographs of a data set: the priors that the restorer will get.

    Annotations of another reasoner, prompt or schema lie in folders of their own and stay as they
    are. With [bold]--refresh[/bold], shards that only such older ones have are diagnosed anew, and
    a report beside them says what became different. Run it again after a stop: it goes on.

    Example: [bold]rr annotate data/edge-default-1f0c...[/bold], and with a new reasoner
    [bold]rr annotate data/edge-default-1f0c... --refresh --dry-run --reasoner FILE[/bold]
    """
    from flows.launch import launch

    if refresh:
        _refresh(
            RefreshParameters(
                shards=shards, output=output, reasoner=reasoner, against=against, dry_run=dry_run
            )
        )
        return
    if dry_run or against is not None:
        raise typer.BadParameter("--dry-run and --against go with --refresh")
    from flows.annotate import annotate as flow

    parameters = AnnotateParameters(shards=shards, output=output, reasoner=reasoner)
    typer.echo(launch(flow, parameters))


def _refresh(parameters: RefreshParameters) -> None:
    from flows.cli.show.outcome import show_refresh
    from flows.launch import launch
    from flows.refresh import refresh as flow

    refreshed = launch(flow, parameters)
    show_refresh(console, refreshed)
    if not parameters.dry_run:
        typer.echo(refreshed.plan.folder)


def migrate(
    shards: Annotated[str, typer.Argument(help="Folder of a data set or of annotations.")],
    output: Annotated[
        str | None, typer.Option(help="Receives the new folder; by default beside the old one.")
    ] = None,
) -> None:
    """Rewrite the diagnoses in shards to the current version of the prior.

    The old folder is left as it is; photographs are copied byte for byte. Every command reads older
    versions as well, so this is for other programs and for good order. Run it again after a stop.

    Example: [bold]rr migrate data/edge-default-1f0c...[/bold]
    """
    from flows.launch import launch
    from flows.migrate import migrate as flow
    from flows.progress import say

    folder = launch(flow, MigrateParameters(shards=shards, output=output))
    if folder == shards:
        say("This is the current version already; nothing to do.")
    typer.echo(folder)
