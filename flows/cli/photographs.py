"""`rr restore`: restores a user's photographs."""

from typing import Annotated

import typer

from flows.cli.beginning import begin
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
from flows.cli.options import Address, Exclude, Include, Runner, parse_degradations
from flows.cli.settings import parse_edits, parse_strengths
from flows.console import console
from schemas.archive import RestoreParameters
from schemas.prior.current import DEGRADATIONS, VISIBLE_SEVERITY
from schemas.treatment import CERTAIN


def restore(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="IN", help="Folder or URL of photographs, or one or more of them; only read."
        ),
    ],
    output: Annotated[
        str, typer.Argument(metavar="OUT", help="Folder or URL for the restored copy of the tree.")
    ],
    keep: Annotated[
        list[str] | None,
        typer.Option(
            metavar="|".join(DEGRADATIONS),
            help="A degradation that is intended, such as morning haze. May be repeated.",
        ),
    ] = None,
    threshold: Annotated[
        float, typer.Option(help="Photographs below this severity are copied unchanged.")
    ] = VISIBLE_SEVERITY,
    certainty: Annotated[
        float, typer.Option(help="Findings below this probability are not undone.")
    ] = CERTAIN,
    strength: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SHARE|TYPE=SHARE",
            help="Share of each restoration that is applied, 0-1, or by which a type is undone: "
            "haze=0.5. May be repeated.",
        ),
    ] = None,
    edit_prior: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PATH=VALUE",
            help="Change what each diagnosis found: haze.severity=0, blur.extent_px=4. What was "
            "not found is not added. May be repeated.",
        ),
    ] = None,
    verify: Annotated[
        bool,
        typer.Option(
            help="Let the reasoner judge each restoration, and apply one that is not good in part "
            "or not at all."
        ),
    ] = True,
    allow_loss: Annotated[
        bool,
        typer.Option(
            "--allow-loss",
            help="Also restore photographs whose restored file lacks something, such as a video; "
            "the report says what. By default they are copied unchanged.",
        ),
    ] = False,
    salvage: Annotated[
        bool,
        typer.Option("--salvage", help="Restore what is left of damaged photographs, marked so."),
    ] = False,
    copy_failed: Annotated[
        bool,
        typer.Option(
            "--copy-failed", help="Copy the originals of failed photographs; they still count."
        ),
    ] = False,
    include: Include = None,
    exclude: Exclude = None,
    companions: Annotated[
        bool,
        typer.Option(
            "--companions",
            help="Copy sidecars, raw files and Live Photo videos beside their photographs.",
        ),
    ] = False,
    max_pixels: Annotated[
        int, typer.Option(help="Photographs with more pixels are refused.")
    ] = 200_000_000,
    max_seconds: Annotated[
        float, typer.Option(help="Seconds that reading or writing a photograph may take.")
    ] = 300.0,
    max_memory: Annotated[
        int | None,
        typer.Option(
            help="MiB of memory that reading or writing a photograph may take; by default half of "
            "what this machine has."
        ),
    ] = None,
    recheck: Annotated[
        bool,
        typer.Option("--recheck", help="Check finished outputs and redo those that changed."),
    ] = False,
    workers: Annotated[
        int | None,
        typer.Option(help="Photographs to restore at a time; by default one per usable core."),
    ] = None,
    runner: Runner = None,
    address: Address = None,
    tier: Tier = "edge",
    reasoner: ReasonerName = None,
    reasoner_model: ReasonerModel = None,
    reasoner_setting: ReasonerSetting = None,
    restorer: RestorerName = None,
    restorer_setting: RestorerSetting = None,
    commercial: Annotated[
        bool,
        typer.Option(
            "--commercial", help="Refuse restorers that are not known to allow commercial use."
        ),
    ] = False,
    plan: Annotated[
        bool,
        typer.Option("--plan", help="With --tier qwen: only show the memory that restoring takes."),
    ] = False,
) -> None:
    """Restore all photographs of a folder into a mirrored folder, with a before/after report.

    You can stop it at any time; the next run resumes where it stopped. Photographs that cannot be
    read are listed with the reason and do not stop the others. Originals are never changed.

    Example: [bold]rr restore ~/Pictures ~/Restored --keep haze[/bold], or in object storage
    [bold]rr restore s3://bucket/photographs s3://bucket/restored[/bold]. Single photographs land
    directly in the output folder: [bold]rr restore holiday.jpg restored[/bold].
    """
    parameters = RestoreParameters(
        input=sources[0],
        output=output,
        keep=parse_degradations("--keep", keep or ()),
        threshold=threshold,
        certainty=certainty,
        **parse_strengths(strength or ()),
        edit_prior=parse_edits(edit_prior or ()),
        verify=verify,
        allow_loss=allow_loss,
        salvage=salvage,
        copy_failed=copy_failed,
        include=tuple(include or ()),
        exclude=tuple(exclude or ()),
        companions=companions,
        max_pixels=max_pixels,
        max_seconds=max_seconds,
        max_memory=max_memory,
        recheck=recheck,
        workers=workers,
        reasoner=choose_reasoner(tier, reasoner, reasoner_model, reasoner_setting),
        restorer=choose_restorer(tier, restorer, restorer_setting),
        commercial=commercial,
    )
    if plan:
        _show_plan(parameters)
        return
    begin(f"Looking for photographs in {sources[0]}")
    from flows.cli.show.restoration import show_restoration
    from flows.launch import launch
    from flows.restore import restore as flow
    from rr_tasks.archive.named import split_names

    source, only = split_names(sources)
    summary = launch(flow, parameters.model_copy(update={"input": source, "only": only}))
    show_restoration(console, summary)
    failed = summary.archive.failed or summary.companions.failed
    raise typer.Exit(1 if failed or summary.unreadable else 0)


def _show_plan(parameters: RestoreParameters) -> None:
    if parameters.restorer.kind == "edge":
        raise typer.BadParameter("--plan is about models of Qwen: it needs --tier qwen")
    begin("Measuring the model")
    from flows.cli.show.plan import show_restoring_plan

    show_restoring_plan(console, parameters.restorer)
