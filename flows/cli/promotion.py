"""`rr promote`: puts better weights of the restorer into use, or takes that back."""

from typing import Annotated

import typer

from flows.cli.beginning import begin
from flows.cli.models import RestorerSetting, Tier, choose_restorer
from flows.cli.options import Address, Runner, Weights, Workers
from flows.console import console
from schemas.parameters.evaluation import EvaluateParameters
from schemas.parameters.promotion import PromoteParameters, RollBackParameters
from schemas.reasoner import EdgeReasonerChoice

Gate = Annotated[
    bool,
    typer.Option(
        "--gate",
        help="Before better weights are put into use, ask a person: here at the terminal or, with "
        "PREFECT_API_URL set, in the Prefect UI, where the run waits to be resumed.",
    ),
]


def promote(
    candidate: Annotated[
        str | None,
        typer.Argument(help="Weights file of a restorer; with --tier qwen the model's name."),
    ] = None,
    photographs: Annotated[
        str | None, typer.Argument(help="Folder of clean, held-out photographs.")
    ] = None,
    output: Annotated[
        str | None,
        typer.Argument(help="Folder for evaluation and champions, as in that of rr pipeline."),
    ] = None,
    tier: Tier = "edge",
    restorer_setting: RestorerSetting = None,
    reasoner: Weights = None,
    seed: Annotated[int, typer.Option(help="The published figures use 2026.")] = 2026,
    workers: Workers = None,
    runner: Runner = None,
    address: Address = None,
    gate: Gate = False,
    again: Annotated[
        bool, typer.Option("--again", help="Also weights that a person refused or took back.")
    ] = False,
    back: Annotated[
        str | None,
        typer.Option(
            metavar="OUTPUT",
            help="Take the last promotion in this folder back instead: what was in use before is "
            "in use again.",
        ),
    ] = None,
    note: Annotated[str, typer.Option(help="With --back: why; it is kept in the ledger.")] = "",
) -> None:
    """Compare weights with those in use, and put them into use if they are better.

    Both are evaluated on the same held-out photographs, as rr evaluate does; what an earlier run
    evaluated is kept. In use are the weights in OUTPUT/champions or, if there are none, the shipped
    ones. On degraded photographs, the candidate must gain at least 0.02 dB, or leave a tenth less
    severity at equal PSNR (docs/EVALUATION.md). It must make no single type worse than the input,
    and leave clean photographs alone. The exit status is 1 if it is not in use afterwards. All
    weights that ever were in use are kept, and a ledger says since when and why:
    OUTPUT/champions/edge-restorer.jsonl.

    Example: [bold]rr promote run/weights.safetensors photos/heldout work[/bold], and to take it
    back [bold]rr promote --back work[/bold]
    """
    if back is not None:
        if candidate is not None or gate or again:
            raise typer.BadParameter("--back WORK takes neither a candidate nor --gate or --again")
        _take_back(RollBackParameters(champions=_champions(back), kind=tier, note=note))
        return
    if candidate is None or photographs is None or output is None:
        raise typer.BadParameter("name CANDIDATE, PHOTOGRAPHS and OUTPUT, or --back OUTPUT")
    trial = EvaluateParameters(
        photographs=photographs,
        output=f"{output.rstrip('/')}/evaluation",
        reasoner=EdgeReasonerChoice(weights=reasoner),
        seed=seed,
        workers=workers,
    )
    parameters = PromoteParameters(
        candidate=choose_restorer(tier, candidate, restorer_setting),
        champions=_champions(output),
        evaluation=trial,
        gate=gate,
        again=again,
    )
    begin(f"Looking for photographs in {photographs}")
    from flows.cli.show.promotion import show_promoted
    from flows.launch import launch
    from flows.promote import promote as flow

    promoted = launch(flow, parameters)
    show_promoted(console, promoted, parameters.champions)
    raise typer.Exit(0 if promoted.verdict.promoted or promoted.verdict.already else 1)


def _take_back(parameters: RollBackParameters) -> None:
    begin(f"Reading the ledger in {parameters.champions}")
    from flows.cli.show.promotion import show_in_use
    from flows.launch import launch
    from flows.promote import roll_back as flow

    show_in_use(console, launch(flow, parameters), parameters.champions)


def _champions(output: str) -> str:
    return f"{output.rstrip('/')}/champions"
