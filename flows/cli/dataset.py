"""`rr synthesize` and `rr migrate`: make data sets, and keep them up to date."""

from typing import Annotated

import typer

from flows.cli.failure import complain_of_inputs
from flows.cli.options import Seed, Workers
from schemas.parameters import MigrateParameters, SynthesizeParameters


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
    workers: Workers = None,
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


def migrate(
    shards: Annotated[str, typer.Argument(help="Folder of a data set or of annotations.")],
    output: Annotated[
        str | None, typer.Option(help="Receives the new folder; by default beside the old one.")
    ] = None,
    workers: Workers = None,
) -> None:
    """Rewrite the diagnoses in shards to the current version of the prior.

    The old folder is left as it is; photographs are copied byte for byte. Every command reads older
    versions as well, so this is for other programs and for good order. Run it again after a stop.

    Example: [bold]rr migrate data/edge-default-1f0c...[/bold]
    """
    from flows.host import host
    from flows.launch import launch
    from flows.migrate import migrate as flow

    folder = launch(flow, MigrateParameters(shards=shards, output=output, workers=workers))
    if folder == shards:
        host().say("This is the current version already; nothing to do.")
    typer.echo(folder)
