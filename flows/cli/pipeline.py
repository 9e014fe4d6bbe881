"""`rr pipeline`: runs all stages."""

from typing import Annotated, Any

import typer

from flows.cli.beginning import begin
from flows.cli.failure import complain_of_inputs
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
from flows.cli.options import Address, Runner, Seed, Workers
from flows.cli.promotion import Gate
from flows.console import console
from schemas.parameters.alignment import ANY_JUDGE
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
    tier: LearningTier = "edge",
    reasoner: ReasonerName = None,
    reasoner_model: ReasonerModel = None,
    reasoner_setting: ReasonerSetting = None,
    restorer: RestorerName = None,
    restorer_setting: RestorerSetting = None,
    samples: Annotated[int | None, typer.Option(help="Number of degraded samples.")] = None,
    reasoner_steps: Annotated[
        int | None, typer.Option(min=0, help="Training steps of the reasoner; by default 0.")
    ] = None,
    restorer_steps: Annotated[
        int | None, typer.Option(min=0, help="Training steps of the restorer; by default 60.")
    ] = None,
    align_steps: Annotated[
        int | None, typer.Option(min=0, help="Steps of alignment; by default 6.")
    ] = None,
    gate: Gate = False,
    more: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="SECTION.NAME=VALUE",
            help="Any other parameter of the flow (docs/SCHEMAS.md): of the sections synthesis, "
            "reasoner, restorer and alignment, such as restorer.learning_rate=1e-4 or "
            "alignment.objective=nft. May be repeated.",
        ),
    ] = None,
    seed: Seed = 0,
    workers: Workers = None,
    runner: Runner = None,
    address: Address = None,
) -> None:
    """Run all stages: synthesize, train, annotate, train, align, evaluate, promote, restore.

    First the reasoner is trained on degraded samples, then it annotates them, and the restorer is
    trained on these and aligned with the reasoner's judgement. Better weights are put into use, and
    restore the archive. A stage of 0 steps is left out, and what it begins with is used: the
    shipped models, or those that are named. Every stage keeps what an earlier run finished, so run
    it again to resume. OUTPUT/report.html shows what was made, how good it is, and from what.

    Example: [bold]rr pipeline photos/train photos/heldout work --samples 4096 --restorer-steps
    2000 --align-steps 200 --gate[/bold]
    """
    toy_reasoner = tier == "tiny" and reasoner is None and bool(reasoner_steps)
    known = choose_reasoner(
        "edge" if tier == "edge" else "qwen",
        _make_toy_reasoner(output) if toy_reasoner else reasoner,
        reasoner_model,
        reasoner_setting,
    )
    sections: dict[str, dict[str, Any]] = {
        "synthesis": {"samples": samples},
        "reasoner": {"start": known, "steps": reasoner_steps}
        | ({"learn": "full", "measured_scenes": True} if toy_reasoner else {}),
        "restorer": {
            "start": choose_learning_restorer(tier, restorer, restorer_setting, output),
            "steps": restorer_steps,
        },
        "alignment": {
            "steps": align_steps,
            "least_soundness": ANY_JUDGE if tier == "tiny" else None,
        },
    }
    given: dict[str, Any] = {
        "photographs": photographs,
        "heldout": heldout,
        "output": output,
        "archive": archive,
        "gate": gate,
        "seed": seed,
        "workers": workers,
        **{name: _drop_nulls(section) for name, section in sections.items()},
    }
    parameters = PipelineParameters(**merge_trees(given, parse_tree("--set", more)))
    begin(f"Looking for photographs in {photographs}")
    from flows.cli.show.pipeline import show_pipeline
    from flows.launch import launch
    from flows.pipeline import pipeline as flow

    result = launch(flow, parameters)
    show_pipeline(console, result)
    summary, measured = result.summary, result.promoted.evaluation
    complain_of_inputs(measured.failed, f"{measured.shards}/[0-9]*.parquet")
    whole = not summary.archive.failed and not summary.unreadable and measured.failed.is_empty()
    raise typer.Exit(0 if whole else 1)


def _drop_nulls(section: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in section.items() if value is not None}


def _make_toy_reasoner(output: str) -> str:
    begin("Making a toy of Qwen3-VL")
    from rr_tasks.toys.reasoner import build_toy_reasoner

    folder = f"{output.rstrip('/')}/toy-reasoner"
    build_toy_reasoner(folder)
    return folder
