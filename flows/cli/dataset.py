"""`rr synthesize` and `rr migrate`: make data sets, and keep them up to date."""

from typing import Annotated

import typer

from flows.cli.beginning import begin
from flows.cli.failure import complain_of_inputs, complain_of_lost
from flows.cli.options import Address, Exclude, Include, Runner, Seed, Workers
from flows.cli.result import print_url
from schemas.parameters.migration import MigrateParameters
from schemas.parameters.synthesis import SynthesizeParameters


def synthesize(
    photographs: Annotated[str, typer.Argument(help="Folder of clean photographs.")],
    output: Annotated[str, typer.Argument(help="Where to put the data set.")],
    recipe: Annotated[
        str, typer.Option(help="Name of a recipe, or a JSON file of your own.")
    ] = "edge-default",
    samples: Annotated[
        int | None, typer.Option(help="Number of samples; by default 16 for each photograph.")
    ] = None,
    include: Include = None,
    exclude: Exclude = None,
    shard_size: Annotated[int, typer.Option(help="Samples per shard.")] = 128,
    seed: Seed = 0,
    workers: Workers = None,
    runner: Runner = None,
    address: Address = None,
) -> None:
    """Make WebDataset shards of degraded photographs and their true diagnoses from clean ones.

    The folder's name includes a hash of everything that determines its content: the same settings
    find it again, and other settings never touch it. [bold]rr recipe[/bold] shows what a recipe
    does and how to write your own.

    Example: [bold]rr synthesize photos/train data --samples 4096[/bold]
    """
    parameters = SynthesizeParameters(
        photographs=photographs,
        output=output,
        recipe=recipe,
        samples=samples,
        include=tuple(include or ()),
        exclude=tuple(exclude or ()),
        shard_size=shard_size,
        seed=seed,
        workers=workers,
    )
    begin(f"Looking for photographs in {photographs}")
    from flows.launch import launch
    from flows.synthesize import synthesize as flow
    from rr_tasks.shards.reader import failed_inputs

    folder = launch(flow, parameters)
    print_url(folder)
    failed = failed_inputs(folder)
    complain_of_inputs(failed, f"{folder}/[0-9]*.parquet")
    raise typer.Exit(0 if failed.is_empty() else 1)


def migrate(
    shards: Annotated[str, typer.Argument(help="Folder of a data set or of annotations.")],
    output: Annotated[
        str | None,
        typer.Option(help="Where to put the new folder; by default beside the old one."),
    ] = None,
    workers: Workers = None,
    runner: Runner = None,
    address: Address = None,
) -> None:
    """Rewrite the diagnoses in shards in the current version of the prior.

    The old folder does not change, and photographs are copied byte for byte. All commands read
    older versions too, so you need this only for other programs. Run it again to resume.

    Example: [bold]rr migrate data/edge-default-1f0c...[/bold]
    """
    parameters = MigrateParameters(shards=shards, output=output, workers=workers)
    begin(f"Reading the data set {shards}")
    from flows.host import host
    from flows.launch import launch
    from flows.migrate import migrate as flow
    from rr_tasks.shards.outcomes import list_lost

    folder = launch(flow, parameters)
    print_url(folder)
    if folder == shards:
        host().say("This is the current version already; nothing to do.")
        return
    complain_of_lost(list_lost(folder), shards, f"{folder}/[0-9]*.parquet")
