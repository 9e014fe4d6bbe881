"""`rr evaluate`: measures the quality of restored photographs."""

from typing import Annotated

import typer

from flows.cli.beginning import begin
from flows.cli.failure import complain_of_inputs, leave_out_skipped
from flows.cli.models import (
    ReasonerModel,
    ReasonerName,
    ReasonerSetting,
    RestorerName,
    RestorerSetting,
    Tier,
    choose_reasoner,
    choose_restorer,
)
from flows.cli.options import Address, Runner, Workers, parse_degradations, say_choices
from flows.console import console
from schemas.evaluation import BenchmarkName, GridName, PriorSource
from schemas.parameters.evaluation import EvaluateParameters


def evaluate(
    photographs: Annotated[
        str,
        typer.Argument(help="Folder of clean, held-out photographs, or of a benchmark's pairs."),
    ],
    output: Annotated[str, typer.Argument(help="Folder for the evaluation set and the tables.")],
    tier: Tier = "edge",
    reasoner: ReasonerName = None,
    reasoner_model: ReasonerModel = None,
    reasoner_setting: ReasonerSetting = None,
    restorer: RestorerName = None,
    restorer_setting: RestorerSetting = None,
    recipe: Annotated[
        GridName | None,
        typer.Option(
            metavar=say_choices(GridName),
            help="How the photographs are degraded: benchmark unless another is named; no model "
            "learns from cdd11 and agenticir.",
        ),
    ] = None,
    benchmark: Annotated[
        BenchmarkName | None,
        typer.Option(
            metavar=say_choices(BenchmarkName),
            help="Measure on these pairs; folder means your own, in degraded/ and clean/.",
        ),
    ] = None,
    present: Annotated[
        str | None, typer.Option(help="With benchmark folder: the degradations, such as haze,rain.")
    ] = None,
    baselines: Annotated[
        bool, typer.Option("--baselines", help="Compare with classical methods, by more figures.")
    ] = False,
    priors: Annotated[
        PriorSource,
        typer.Option(
            metavar=say_choices(PriorSource),
            help="Whose diagnosis the restorer is given; shuffled: another sample's.",
        ),
    ] = "predicted",
    maps: Annotated[bool, typer.Option(help="Let the restorer see the maps of diagnoses.")] = True,
    verify: Annotated[bool, typer.Option(help="Judge each restoration, as in use.")] = True,
    seed: Annotated[int, typer.Option(help="The published figures use 2026.")] = 2026,
    workers: Workers = None,
    runner: Runner = None,
    address: Address = None,
) -> None:
    """Measure weights on held-out photographs, left clean and degraded in every way.

    The ways are all mixtures of the recipe's types: 15, or 7 of cdd11, which has no blur. With
    --benchmark, pairs of a published data set are measured instead, with figures that others
    published beside ours. Tables, a gallery of the worst restorations and examples are written to
    the output folder.

    Example: [bold]rr evaluate photos/heldout evaluation --baselines[/bold], or
    [bold]rr evaluate RESIDE/SOTS/outdoor evaluation --benchmark sots[/bold]
    """
    parameters = EvaluateParameters(
        photographs=photographs,
        output=output,
        reasoner=choose_reasoner(tier, reasoner, reasoner_model, reasoner_setting),
        restorer=choose_restorer(tier, restorer, restorer_setting),
        recipe=recipe,
        benchmark=benchmark,
        present=parse_degradations("--present", present.split(",") if present else ()),
        baselines=baselines,
        priors=priors,
        maps=maps,
        verify=verify,
        seed=seed,
        workers=workers,
    )
    begin(f"Looking for photographs in {photographs}")
    from flows.cli.show.evaluation import show_evaluation
    from flows.evaluate import evaluate as flow
    from flows.launch import launch

    evaluation = launch(flow, parameters)
    show_evaluation(console, evaluation)
    unusable = leave_out_skipped(console, evaluation.failed)
    complain_of_inputs(unusable, f"{evaluation.shards}/[0-9]*.parquet")
    raise typer.Exit(0 if unusable.is_empty() else 1)
