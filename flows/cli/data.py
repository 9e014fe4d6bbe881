"""`rr synthesize`, `rr annotate` and `rr migrate`: make data sets."""

from typing import Annotated

import typer

from flows.cli.options import Seed, Weights, console
from flows.failure import complain
from schemas.parameters import (
    AnnotateParameters,
    MigrateParameters,
    RecipeName,
    SynthesizeParameters,
)


def synthesize(
    photographs: Annotated[str, typer.Argument(help="Folder of clean photographs.")],
    output: Annotated[str, typer.Argument(help="Receives the data set's folder.")],
    recipe: Annotated[RecipeName, typer.Option(help="How to degrade.")] = "edge-default",
    samples: Annotated[
        int | None, typer.Option(help="How many; by default 16 for each photograph.")
    ] = None,
    shard_size: Annotated[int, typer.Option(help="Samples in a shard.")] = 128,
    seed: Seed = 0,
    workers: Annotated[int, typer.Option(help="Shards made at the same time.")] = 2,
) -> None:
    """Make degraded WebDataset shards, with their true diagnoses, out of clean photographs.

    The folder's name carries a hash of everything that decides its content: the same settings find
    it again, other settings never touch it.

    Example: [bold]rr synthesize photos/train data --samples 4096[/bold]
    """
    from flows.launch import launch
    from flows.synthesize import synthesize as flow
    from rr_tasks.shards.reader import done_shards

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
    failures = sum(marker.failures for marker in done_shards(folder))
    if failures:
        complain(f"{failures} inputs could not be used; {folder}/*.parquet says why, row by row")
        raise typer.Exit(1)


def annotate(
    shards: Annotated[str, typer.Argument(help="Folder of a data set.")],
    output: Annotated[
        str | None, typer.Option(help="Receives the annotations' folder; by default beside it.")
    ] = None,
    reasoner: Weights = None,
) -> None:
    """Diagnose the degraded photographs of a data set: the priors that the restorer will get.

    Example: [bold]rr annotate data/edge-default-1f0c...[/bold]
    """
    from flows.annotate import annotate as flow
    from flows.launch import launch

    parameters = AnnotateParameters(shards=shards, output=output, reasoner=reasoner)
    typer.echo(launch(flow, parameters))


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

    folder = launch(flow, MigrateParameters(shards=shards, output=output))
    if folder == shards:
        console.print("This is the current version already; nothing to do.")
    typer.echo(folder)
