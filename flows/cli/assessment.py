"""`rr assess`: measures how well a reasoner diagnoses."""

from typing import Annotated, Any

import typer

from flows.cli.beginning import begin
from flows.cli.failure import complain_of_inputs
from flows.cli.models import ReasonerModel, ReasonerName, ReasonerSetting, Tier, choose_reasoner
from flows.cli.options import Address, Runner, Workers
from flows.console import console
from schemas.parameters.assessment import AssessParameters


def assess(
    photographs: Annotated[str, typer.Argument(help="Folder of clean, held-out photographs.")],
    output: Annotated[str, typer.Argument(help="Folder for predictions, figures and a page.")],
    tier: Tier = "edge",
    reasoner: ReasonerName = None,
    reasoner_model: ReasonerModel = None,
    reasoner_setting: ReasonerSetting = None,
    sources: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SOURCE",
            help="A recipe, a JSON file of your own, or a folder that rr ingest made. May be "
            "repeated; by default edge-default, edge-v2, field, cdd11 and agenticir. The first, a "
            "recipe, is also used for sizes, blends and clean photographs.",
        ),
    ] = None,
    rounds: Annotated[
        int, typer.Option(help="How many times each photograph is degraded in all 16 ways.")
    ] = 4,
    short_sides: Annotated[
        list[int] | None,
        typer.Option(
            metavar="PIXELS",
            help="A short side to test. May be repeated; by default 128, 256, 512, 1024, 4000.",
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="The published figures use 2027.")] = 2027,
    workers: Workers = None,
    runner: Runner = None,
    address: Address = None,
) -> None:
    """Measure how well a reasoner diagnoses held-out photographs.

    Each photograph is shown clean and with all 15 mixtures of haze, blur, rain and noise. The
    figures say whether each type is found, whether severities, physical parameters and
    probabilities are right, whether size or JPEG compression matters, how many clean photographs
    would be touched, and whether the reasoner was trained on each source; docs/REASONER.md explains
    them. All are computed from assessment.parquet, which has one row per sample. Run it again to
    resume.

    Example: [bold]rr assess photos/heldout assessment[/bold], and for one source in a minute
    [bold]rr assess photos/heldout quick --sources edge-v2 --rounds 1 --short-sides 512[/bold]
    """
    given: dict[str, list[Any] | None] = {"sources": sources, "short_sides": short_sides}
    parameters = AssessParameters(
        photographs=photographs,
        output=output,
        reasoner=choose_reasoner(tier, reasoner, reasoner_model, reasoner_setting, alone=True),
        rounds=rounds,
        seed=seed,
        workers=workers,
        **{name: tuple(values) for name, values in given.items() if values},
    )
    begin(f"Looking for photographs in {photographs}")
    from flows.assess import assess as flow
    from flows.cli.show.assessment import show_assessment
    from flows.launch import launch

    assessment = launch(flow, parameters)
    show_assessment(console, assessment)
    complain_of_inputs(assessment.failed, f"{output}/assessment.parquet")
    raise typer.Exit(0 if assessment.failed.is_empty() else 1)
