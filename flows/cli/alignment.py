"""`rr align`: lets a restorer learn from a reasoner's judgement."""

from typing import Annotated, Any

import typer

from flows.cli.beginning import begin
from flows.cli.models import (
    LearningTier,
    ReasonerModel,
    ReasonerName,
    ReasonerSetting,
    RestorerName,
    RestorerSetting,
    choose_learning_restorer,
    choose_reasoner,
    merge_trees,
    parse_tree,
)
from flows.cli.options import Seed, Verify, say_choices
from flows.console import console
from schemas.alignment import ObjectiveName
from schemas.parameters.alignment import ANY_JUDGE, AlignParameters
from schemas.training import DeviceName


def align(
    shards: Annotated[str, typer.Argument(help="Folder of a data set.")],
    annotations: Annotated[str, typer.Argument(help="Folder of its annotations.")],
    output: Annotated[str, typer.Argument(help="Folder for checkpoint, log, samples, weights.")],
    tier: LearningTier = "edge",
    restorer: RestorerName = None,
    restorer_setting: RestorerSetting = None,
    reasoner: ReasonerName = None,
    reasoner_model: ReasonerModel = None,
    reasoner_setting: ReasonerSetting = None,
    objective: Annotated[
        ObjectiveName | None,
        typer.Option(
            metavar=say_choices(ObjectiveName),
            help="How it learns: Flow-GRPO, or DiffusionNFT, which needs no likelihoods.",
        ),
    ] = None,
    steps: Annotated[int | None, typer.Option(help="Training steps.")] = None,
    groups: Annotated[
        int | None, typer.Option(min=1, help="Photographs per batch, each restored several times.")
    ] = None,
    members: Annotated[
        int | None, typer.Option(min=2, help="Restorations of each, which are compared.")
    ] = None,
    crop_side: Annotated[
        int | None,
        typer.Option(help="Height and width of what is restored and judged, a multiple of 32."),
    ] = None,
    learning_rate: Annotated[float | None, typer.Option(help="Highest learning rate.")] = None,
    worst_share: Annotated[
        float | None,
        typer.Option(help="Learn only from this share of the samples, those restored worst."),
    ] = None,
    more: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="NAME=VALUE",
            help="Any other parameter of the flow (docs/SCHEMAS.md), such as noise=0.3, "
            "'times=[1,0.6,0.3,0]' or rewards.local=1. May be repeated.",
        ),
    ] = None,
    seed: Seed = 0,
    device: Annotated[
        DeviceName, typer.Option(help="Where to learn; auto uses a GPU if there is one.")
    ] = "auto",
    verify: Verify = False,
) -> None:
    """Align a restorer with a reasoner's judgement. Run it again to resume.

    A step restores a few photographs several times each, a little differently. The reasoner judges
    how much of what it had diagnosed is gone; the restorer learns to do what the better ones of
    each photograph did. It begins with the restorer that is named, or the shipped one. A page
    in the output folder, report.html, shows how the reward and its parts changed, and the same
    photographs by step. docs/ALIGNMENT.md explains the method and its settings.

    Example: [bold]rr align data/edge-default-1f0c... data/annotations-77ab... runs/aligned
    --steps 100[/bold], then [bold]rr promote runs/aligned/edge-restorer.safetensors photos/heldout
    work[/bold]
    """
    given: dict[str, Any] = {
        "objective": objective,
        "steps": steps,
        "groups": groups,
        "members": members,
        "crop_side": crop_side,
        "learning_rate": learning_rate,
        "worst_share": worst_share,
    }
    chosen = {name: value for name, value in given.items() if value is not None}
    common: dict[str, Any] = {
        "shards": shards,
        "annotations": annotations,
        "output": output,
        "restorer": choose_learning_restorer(tier, restorer, restorer_setting, output),
        "judge": choose_reasoner(
            "edge" if tier == "edge" else "qwen", reasoner, reasoner_model, reasoner_setting
        ),
        "seed": seed,
        "device": device,
        "verify": verify,
        **({"least_soundness": ANY_JUDGE} if tier == "tiny" else {}),
        **chosen,
    }
    parameters = AlignParameters(**merge_trees(common, parse_tree("--set", more)))
    begin(f"Reading the data set {shards}")
    from flows.align import align as flow
    from flows.cli.show.alignment import show_alignment
    from flows.launch import launch

    show_alignment(console, launch(flow, parameters))
