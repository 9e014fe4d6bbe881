"""`rr evaluate`: measures the quality of restored photographs."""

from typing import Annotated

import typer

from flows.cli.beginning import begin
from flows.cli.failure import complain_of_inputs
from flows.cli.options import Weights, Workers, console
from schemas.evaluation import PriorSource
from schemas.parameters import EvaluateParameters, GridName


def evaluate(
    photographs: Annotated[str, typer.Argument(help="Folder of clean, held-out photographs.")],
    output: Annotated[str, typer.Argument(help="Folder for the evaluation set and the tables.")],
    reasoner: Weights = None,
    restorer: Weights = None,
    recipe: Annotated[
        GridName, typer.Option(help="How the photographs are degraded.")
    ] = "benchmark",
    priors: Annotated[
        PriorSource,
        typer.Option(help="Whose diagnosis the restorer is given; shuffled: another sample's."),
    ] = "predicted",
    maps: Annotated[bool, typer.Option(help="Let the restorer see the maps of diagnoses.")] = True,
    seed: Annotated[int, typer.Option(help="The published figures use 2026.")] = 2026,
    workers: Workers = None,
) -> None:
    """Measure weights on held-out photographs, degraded in all 15 ways and left clean.

    Example: [bold]rr evaluate photos/heldout evaluation[/bold]
    """
    parameters = EvaluateParameters(
        photographs=photographs,
        output=output,
        reasoner=reasoner,
        restorer=restorer,
        recipe=recipe,
        priors=priors,
        maps=maps,
        seed=seed,
        workers=workers,
    )
    begin(f"Looking for photographs in {photographs}")
    from flows.cli.show.evaluation import show_evaluation
    from flows.evaluate import evaluate as flow
    from flows.launch import launch

    evaluation = launch(flow, parameters)
    show_evaluation(console, evaluation)
    complain_of_inputs(evaluation.failed, f"{evaluation.shards}/[0-9]*.parquet")
    raise typer.Exit(0 if evaluation.failed.is_empty() else 1)
