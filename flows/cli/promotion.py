"""`rr promote`: puts better weights of the restorer into use."""

from typing import Annotated

import typer

from flows.cli.beginning import begin
from flows.cli.options import Weights, Workers, console
from schemas.parameters.evaluation import EvaluateParameters
from schemas.parameters.promotion import PromoteParameters
from schemas.reasoner import EdgeReasonerChoice


def promote(
    candidate: Annotated[str, typer.Argument(help="Weights file of a restorer.")],
    photographs: Annotated[str, typer.Argument(help="Folder of clean, held-out photographs.")],
    output: Annotated[
        str,
        typer.Argument(help="Folder for evaluation and champions, as in that of rr pipeline."),
    ],
    reasoner: Weights = None,
    seed: Annotated[int, typer.Option(help="The published figures use 2026.")] = 2026,
    workers: Workers = None,
) -> None:
    """Compare weights with those in use, and put them into use if they are better.

    Both are evaluated on the same held-out photographs, as rr evaluate does; what an earlier run
    evaluated is kept. In use are the weights in OUTPUT/champions or, if there are none, the shipped
    ones. The candidate must gain at least 0.02 dB on degraded photographs, must make no single type
    worse than the input, and must leave clean photographs alone. The exit status is 1 if it is not
    in use afterwards.

    Example: [bold]rr promote run/weights.safetensors photos/heldout work[/bold]
    """
    trial = EvaluateParameters(
        photographs=photographs,
        output=f"{output.rstrip('/')}/evaluation",
        reasoner=EdgeReasonerChoice(weights=reasoner),
        seed=seed,
        workers=workers,
    )
    champions = f"{output.rstrip('/')}/champions"
    parameters = PromoteParameters(candidate=candidate, champions=champions, evaluation=trial)
    begin(f"Looking for photographs in {photographs}")
    from flows.cli.show.promotion import show_verdict
    from flows.launch import launch
    from flows.promote import promote as flow

    verdict = launch(flow, parameters)
    show_verdict(console, verdict, champions)
    raise typer.Exit(0 if verdict.promoted or verdict.already else 1)
