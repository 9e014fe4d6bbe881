"""`rr annotate`: a reasoner diagnoses a data set; `rr describe`: a teacher describes its scenes."""

from typing import Annotated

import typer

from flows.cli.beginning import begin
from flows.cli.failure import complain
from flows.cli.models import (
    ReasonerModel,
    ReasonerName,
    ReasonerSetting,
    Tier,
    choose_reasoner,
    choose_teacher,
)
from flows.cli.options import Address, Runner, Verify, Workers
from flows.cli.result import print_url
from flows.console import console
from schemas.parameters.annotation import AnnotateParameters, RefreshParameters
from schemas.parameters.description import DescribeParameters


def annotate(
    shards: Annotated[str, typer.Argument(help="Folder of a data set.")],
    output: Annotated[
        str | None,
        typer.Option(help="Where to put the annotations; by default beside SHARDS."),
    ] = None,
    tier: Tier = "edge",
    reasoner: ReasonerName = None,
    reasoner_model: ReasonerModel = None,
    reasoner_setting: ReasonerSetting = None,
    workers: Workers = None,
    runner: Runner = None,
    address: Address = None,
    verify: Verify = False,
    refresh: Annotated[
        bool,
        typer.Option(
            "--refresh",
            help="Renew the diagnoses of an older reasoner, prompt or schema.",
        ),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="With --refresh: only show what would be done.")
    ] = False,
    against: Annotated[
        str | None,
        typer.Option(
            help="With --refresh: older annotations to compare with; by default the newest."
        ),
    ] = None,
) -> None:
    """Diagnose the degraded photographs of a data set, as the restorer will see them.

    Each reasoner, prompt and schema has its own folder of annotations, which others never change.
    With [bold]--refresh[/bold], shards that have only older annotations are diagnosed again, and a
    report says what has changed. Run it again to resume.

    Example: [bold]rr annotate data/edge-default-1f0c...[/bold], and with a new reasoner
    [bold]rr annotate data/edge-default-1f0c... --refresh --dry-run --reasoner FILE[/bold]
    """
    choice = choose_reasoner(tier, reasoner, reasoner_model, reasoner_setting, alone=True)
    if refresh:
        _refresh(
            RefreshParameters(
                shards=shards,
                output=output,
                reasoner=choice,
                workers=workers,
                verify=verify,
                against=against,
                dry_run=dry_run,
            )
        )
        return
    if dry_run or against is not None:
        raise typer.BadParameter("--dry-run and --against go with --refresh")
    parameters = AnnotateParameters(
        shards=shards,
        output=output,
        reasoner=choice,
        workers=workers,
        verify=verify,
    )
    begin(f"Reading the data set {shards}")
    from flows.annotate import annotate as flow
    from flows.launch import launch

    folder = launch(flow, parameters)
    print_url(folder)
    _complain_of_undiagnosed(folder)


def describe(
    shards: Annotated[str, typer.Argument(help="Folder of a data set.")],
    teacher: Annotated[
        str,
        typer.Option(
            help="URL of an OpenAI-compatible server; a Qwen vision-language model, as a folder or "
            "by its name on the Hub; or a JSON file with all settings of either."
        ),
    ],
    teacher_model: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="The model to ask, if --teacher is a server."),
    ] = None,
    output: Annotated[
        str | None, typer.Option(help="Where to put the truths; by default beside SHARDS.")
    ] = None,
    workers: Workers = None,
    runner: Runner = None,
    address: Address = None,
    verify: Verify = False,
) -> None:
    """Let a teacher describe the clean photographs of a data set, and merge that with the truth.

    The result can be used wherever annotations can, for instance by [bold]rr export
    messages[/bold]. Run it again to resume.

    Example: [bold]rr describe data/edge-default-1f0c... --teacher http://localhost:8000/v1
    --teacher-model Qwen/Qwen3-VL-8B-Instruct[/bold]
    """
    parameters = DescribeParameters(
        shards=shards,
        output=output,
        teacher=choose_teacher(teacher, teacher_model),
        workers=workers,
        verify=verify,
    )
    begin(f"Reading the data set {shards}")
    from flows.describe import describe as flow
    from flows.launch import launch

    folder = launch(flow, parameters)
    print_url(folder)
    _complain_of_undiagnosed(folder)


def _refresh(parameters: RefreshParameters) -> None:
    begin(f"Reading the data set {parameters.shards}")
    from flows.cli.show.refresh import show_refresh
    from flows.launch import launch
    from flows.refresh import refresh as flow

    refreshed = launch(flow, parameters)
    show_refresh(console, refreshed)
    if not parameters.dry_run:
        print_url(refreshed.plan.folder)
        _complain_of_undiagnosed(refreshed.plan.folder)


def _complain_of_undiagnosed(folder: str) -> None:
    """Say how many photographs have no diagnosis, and end with an error if there are any."""
    from rr_tasks.plural import say_count
    from rr_tasks.shards.reader import finished_shards

    markers = finished_shards(folder).values()
    failures = sum(marker.failures for marker in markers)
    if failures:
        tried = failures + sum(marker.samples for marker in markers)
        complain(
            f"{failures:,} of {say_count(tried, 'photograph')} could not be diagnosed; "
            f"`rr inspect {folder}` says why, and the restorer is trained on them without a "
            "diagnosis"
        )
        raise typer.Exit(1)
