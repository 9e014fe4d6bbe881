"""`rr train reasoner` and `rr train restorer`."""

from typing import Annotated

import typer

from flows.cli.beginning import begin
from flows.cli.failure import Commands
from flows.cli.options import Seed, Verify
from schemas.parameters import TrainReasonerParameters, TrainRestorerParameters
from schemas.training import DeviceName

Compiled = Annotated[
    bool,
    typer.Option(
        "--compile",
        help="Compile the network first: a few minutes once, then each step takes a quarter less.",
    ),
]

Accumulate = Annotated[int, typer.Option(min=1, help="Batches whose gradients a step accumulates.")]
Device = Annotated[
    DeviceName, typer.Option(help="Where to train; auto uses a GPU if there is one.")
]

app = typer.Typer(cls=Commands, help="Train the reasoner or the restorer.", no_args_is_help=True)


@app.command("reasoner")
def train_reasoner(
    shards: Annotated[str, typer.Argument(help="Folder of a data set.")],
    output: Annotated[str, typer.Argument(help="Folder for checkpoint, log and weights.")],
    start: Annotated[str | None, typer.Option(help="Weights to start from.")] = None,
    steps: Annotated[int, typer.Option(help="Training steps.")] = 4000,
    batch_size: Annotated[int, typer.Option(min=2, help="Photographs per batch.")] = 24,
    learning_rate: Annotated[float, typer.Option(help="Highest learning rate.")] = 1.5e-3,
    seed: Seed = 0,
    accumulate: Accumulate = 1,
    device: Device = "auto",
    verify: Verify = False,
    compiled: Compiled = False,
) -> None:
    """Train the reasoner on true diagnoses. Run it again to resume.

    Example: [bold]rr train reasoner data/edge-default-1f0c... runs/reasoner[/bold]
    """
    parameters = TrainReasonerParameters(
        shards=shards,
        output=output,
        start=start,
        steps=steps,
        batch_size=batch_size,
        learning_rate=learning_rate,
        seed=seed,
        accumulate=accumulate,
        device=device,
        verify=verify,
        compiled=compiled,
    )
    begin(f"Reading the data set {shards}")
    from flows.launch import launch
    from flows.train import train_reasoner as flow

    typer.echo(launch(flow, parameters))


@app.command("restorer")
def train_restorer(
    shards: Annotated[str, typer.Argument(help="Folder of a data set.")],
    annotations: Annotated[str, typer.Argument(help="Folder of its annotations.")],
    output: Annotated[str, typer.Argument(help="Folder for checkpoint, log and weights.")],
    start: Annotated[str | None, typer.Option(help="Weights to start from.")] = None,
    steps: Annotated[int, typer.Option(help="Training steps.")] = 7_000,
    batch_size: Annotated[int, typer.Option(help="Crops per batch.")] = 8,
    crop_side: Annotated[
        int, typer.Option(help="Height and width of a crop; a multiple of 32.")
    ] = 128,
    spectral_weight: Annotated[
        float,
        typer.Option(min=0.0, help="How much errors of the spectrum count; 0.1 to 1 are usual."),
    ] = 0.0,
    learning_rate: Annotated[float, typer.Option(help="Highest learning rate.")] = 1e-3,
    seed: Seed = 0,
    accumulate: Accumulate = 1,
    device: Device = "auto",
    verify: Verify = False,
    compiled: Compiled = False,
) -> None:
    """Train the restorer on shards and their annotations. Run it again to resume.

    Example: [bold]rr train restorer data/edge-default-1f0c... data/annotations-77ab...
    runs/restorer[/bold]
    """
    parameters = TrainRestorerParameters(
        shards=shards,
        annotations=annotations,
        output=output,
        start=start,
        steps=steps,
        batch_size=batch_size,
        crop_side=crop_side,
        spectral_weight=spectral_weight,
        learning_rate=learning_rate,
        seed=seed,
        accumulate=accumulate,
        device=device,
        verify=verify,
        compiled=compiled,
    )
    begin(f"Reading the data set {shards}")
    from flows.launch import launch
    from flows.train import train_restorer as flow

    typer.echo(launch(flow, parameters))
