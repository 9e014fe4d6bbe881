"""`rr pipeline`: runs all stages."""

from typing import Annotated

import typer

from flows.cli.beginning import begin
from flows.cli.failure import complain_of_inputs
from flows.cli.options import Seed, Workers, console
from schemas.parameters.pipeline import PipelineParameters


def pipeline(
    photographs: Annotated[str, typer.Argument(help="Clean photographs for training.")],
    heldout: Annotated[
        str, typer.Argument(help="Clean photographs that are never used in training.")
    ],
    output: Annotated[str, typer.Argument(help="Folder for all results.")],
    archive: Annotated[
        str | None,
        typer.Option(help="Folder to restore; by default the degraded held-out photographs."),
    ] = None,
    samples: Annotated[int, typer.Option(help="Number of degraded samples.")] = 128,
    steps: Annotated[int, typer.Option(help="Fine-tuning steps of the restorer.")] = 60,
    learning_rate: Annotated[float, typer.Option(help="Highest learning rate.")] = 5e-5,
    seed: Seed = 0,
    workers: Workers = None,
) -> None:
    """Run all stages: synthesize, annotate, fine-tune, evaluate, promote if better, restore.

    Every stage keeps what an earlier run finished, so run it again to resume.

    Example: [bold]rr pipeline photos/train photos/heldout work[/bold]
    """
    parameters = PipelineParameters(
        photographs=photographs,
        heldout=heldout,
        output=output,
        archive=archive,
        samples=samples,
        steps=steps,
        learning_rate=learning_rate,
        seed=seed,
        workers=workers,
    )
    begin(f"Looking for photographs in {photographs}")
    from flows.cli.show.pipeline import show_pipeline
    from flows.launch import launch
    from flows.pipeline import pipeline as flow

    result = launch(flow, parameters)
    show_pipeline(console, result)
    summary, unused = result.summary, result.evaluation.failed
    complain_of_inputs(unused, f"{result.evaluation.shards}/[0-9]*.parquet")
    whole = not summary.archive.failed and not summary.unreadable and unused.is_empty()
    raise typer.Exit(0 if whole else 1)
