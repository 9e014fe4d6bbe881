"""`rr train reasoner` and `rr train restorer`."""

from typing import Annotated, Any, Literal

import typer

from flows.cli.beginning import begin
from flows.cli.failure import Commands
from flows.cli.models import LearningTier, choose_restorer, make_toy_restorer, parse_settings
from flows.cli.options import Seed, Verify, say_choices
from flows.cli.result import print_url
from flows.console import console
from schemas.parameters.editor_training import TrainEditorParameters
from schemas.parameters.language_training import TrainLanguageParameters
from schemas.parameters.reasoner_training import TrainReasonerParameters
from schemas.parameters.restorer_training import TrainRestorerParameters
from schemas.restorer import DtypeName
from schemas.training import DeviceName

Compiled = Annotated[
    bool,
    typer.Option(
        "--compile",
        help="Compile the network first: a few minutes once, then each step takes a quarter less.",
    ),
]

Tier = Literal["edge", "qwen", "tiny"]
Learned = Literal["adapter", "full"]
Accumulate = Annotated[int, typer.Option(min=1, help="Batches whose gradients a step accumulates.")]
Device = Annotated[
    DeviceName, typer.Option(help="Where to train; auto uses a GPU if there is one.")
]

app = typer.Typer(cls=Commands, help="Train the reasoner or the restorer.", no_args_is_help=True)


@app.command("reasoner")
def train_reasoner(
    shards: Annotated[str, typer.Argument(help="Folder of a data set.")],
    output: Annotated[str, typer.Argument(help="Folder for checkpoint, log and weights.")],
    tier: Annotated[
        Tier, typer.Option(help="edge; qwen, a vision-language model; or tiny, a toy of one.")
    ] = "edge",
    start: Annotated[
        str | None, typer.Option(help="Weights to start from; the model of the tier qwen.")
    ] = None,
    unlabelled: Annotated[
        str | None,
        typer.Option(help="Tier edge: unlabelled photographs, from which it also learns."),
    ] = None,
    annotations: Annotated[
        str | None,
        typer.Option(
            help="What a better reasoner says of the unlabelled photographs. Tier qwen: priors to "
            "learn instead of the truth, such as those of rr describe."
        ),
    ] = None,
    steps: Annotated[
        int | None, typer.Option(help="Training steps; by default 4000, or 2000 of other tiers.")
    ] = None,
    batch_size: Annotated[
        int | None, typer.Option(min=1, help="Photographs per batch; by default 24, or 4.")
    ] = None,
    learning_rate: Annotated[
        float | None, typer.Option(help="Highest learning rate; by default 1.5e-3, or 1e-4.")
    ] = None,
    seed: Seed = 0,
    accumulate: Annotated[
        int | None,
        typer.Option(min=1, help="Batches whose gradients a step adds up; by default 1, or 4."),
    ] = None,
    device: Device = "auto",
    verify: Verify = False,
    compiled: Compiled = False,
    revision: Annotated[
        str | None, typer.Option(help="Tier qwen: revision of the model on the Hub.")
    ] = None,
    learn: Annotated[
        Learned | None, typer.Option(help="Tier qwen: an adapter (LoRA), or all weights.")
    ] = None,
    rank: Annotated[int | None, typer.Option(min=1, help="Rank of the adapter.")] = None,
    dtype: Annotated[
        DtypeName | None,
        typer.Option(
            metavar=say_choices(DtypeName), help="Tier qwen: type of the weights that do not learn."
        ),
    ] = None,
    validation: Annotated[
        str | None, typer.Option(help="Tier qwen: data set to measure it on while it learns.")
    ] = None,
    plan: Annotated[
        bool, typer.Option("--plan", help="Tier qwen: only show the memory that training takes.")
    ] = False,
) -> None:
    """Train the reasoner on true diagnoses. Run it again to resume.

    With [bold]--unlabelled[/bold], a quarter of each batch are photographs without a known truth
    ([bold]rr ingest photographs[/bold]) and what a better reasoner says of them.

    Example: [bold]rr train reasoner data/edge-default-1f0c... runs/reasoner[/bold]

    Example: [bold]rr train reasoner data/edge-default-1f0c... runs/language --tier qwen --start
    Qwen/Qwen3-VL-4B-Instruct[/bold]
    """
    given = {
        "start": start,
        "steps": steps,
        "batch_size": batch_size,
        "learning_rate": learning_rate,
        "accumulate": accumulate,
        "unlabelled": unlabelled,
        "annotations": annotations,
    }
    of_qwen = {
        "revision": revision,
        "learn": learn,
        "rank": rank,
        "dtype": dtype,
        "validation": validation,
    }
    of_edge = {"unlabelled": unlabelled, "compile": compiled or None}
    _refuse(tier, of_qwen if tier == "edge" else of_edge)
    if tier == "qwen" and start is None:
        raise typer.BadParameter("name the model with --start, or try --tier tiny")
    if tier == "tiny":  # random weights have everything to learn
        given |= {"measured_scenes": True, "learn": learn or "full"}
    common = {"shards": shards, "output": output, "seed": seed, "device": device, "verify": verify}
    chosen = {name: value for name, value in (of_qwen | given).items() if value is not None}
    parameters = (
        TrainReasonerParameters(**common, **chosen, compiled=compiled)
        if tier == "edge"
        else TrainLanguageParameters(**common, **chosen)
    )
    if plan:
        _show_plan(parameters)
        return
    begin(f"Reading the data set {shards}")
    from flows import train
    from flows.launch import launch

    if isinstance(parameters, TrainLanguageParameters):
        print_url(launch(train.train_language, parameters))
    else:
        print_url(launch(train.train_reasoner, parameters))


def _show_plan(parameters: TrainReasonerParameters | TrainLanguageParameters) -> None:
    if isinstance(parameters, TrainReasonerParameters) or parameters.start is None:
        raise typer.BadParameter("--plan goes with --tier qwen --start MODEL")
    from flows.cli.show.language_plan import show_language_plan

    show_language_plan(console, parameters)


def _refuse(tier: Tier, foreign: dict[str, Any]) -> None:
    """Refuse options of other tiers, which would be ignored."""
    for name in (name for name, value in foreign.items() if value is not None):
        raise typer.BadParameter(f"the tier {tier} has no option --{name}")


@app.command("restorer")
def train_restorer(
    shards: Annotated[str, typer.Argument(help="Folder of a data set.")],
    annotations: Annotated[str, typer.Argument(help="Folder of its annotations.")],
    output: Annotated[str, typer.Argument(help="Folder for checkpoint, log and weights.")],
    tier: LearningTier = "edge",
    start: Annotated[
        str | None,
        typer.Option(
            help="Weights to start from; with --tier qwen the model, a folder or a name on the Hub."
        ),
    ] = None,
    steps: Annotated[
        int | None, typer.Option(help="Training steps; by default 7,000, with qwen 3,000.")
    ] = None,
    batch_size: Annotated[
        int | None, typer.Option(help="Crops per batch; by default 8, with qwen 1.")
    ] = None,
    crop_side: Annotated[
        int | None,
        typer.Option(
            help="Height and width of a crop, a multiple of 32; by default 128, with qwen 512."
        ),
    ] = None,
    spectral_weight: Annotated[
        float,
        typer.Option(min=0.0, help="How much errors of the spectrum count; 0.1 to 1 are usual."),
    ] = 0.0,
    learning_rate: Annotated[
        float | None, typer.Option(help="Highest rate; by default 0.001, with qwen 0.0001.")
    ] = None,
    teacher: Annotated[
        str | None,
        typer.Option(
            metavar="MODEL",
            help="With --tier edge: a model of Qwen, folder or name on the Hub, to learn from its "
            "restorations beside the truth.",
        ),
    ] = None,
    teacher_share: Annotated[
        float, typer.Option(help="With --teacher: how much its restorations count.")
    ] = 0.5,
    teacher_setting: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=VALUE",
            help="Setting of the teacher, as --restorer-setting of rr restore. May be repeated.",
        ),
    ] = None,
    setting: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=VALUE",
            help="With --tier qwen: rank=32, storage=float8, dtype=bfloat16 or revision=NAME. May "
            "be repeated.",
        ),
    ] = None,
    seed: Seed = 0,
    accumulate: Annotated[
        int | None,
        typer.Option(
            min=1, help="Batches whose gradients a step accumulates; by default 1, with qwen 4."
        ),
    ] = None,
    device: Device = "auto",
    verify: Verify = False,
    compiled: Compiled = False,
    plan: Annotated[
        bool,
        typer.Option("--plan", help="With --tier qwen: only show the memory that training takes."),
    ] = False,
) -> None:
    """Train the restorer on shards and their annotations. Run it again to resume.

    Example: [bold]rr train restorer data/edge-default-1f0c... data/annotations-77ab...
    runs/restorer[/bold], and with [bold]--tier qwen --start Qwen/Qwen-Image-Edit-2511[/bold] an
    adapter of that model
    """
    chosen = {
        "steps": steps,
        "batch_size": batch_size,
        "crop_side": crop_side,
        "learning_rate": learning_rate,
        "accumulate": accumulate,
    }
    common: dict[str, Any] = {
        "shards": shards,
        "annotations": annotations,
        "output": output,
        "seed": seed,
        "device": device,
        "verify": verify,
        **{name: value for name, value in chosen.items() if value is not None},
    }
    if tier != "edge":
        model = _choose_model(tier, start, output)
        more = parse_settings("--setting", setting)
        _train_editor(TrainEditorParameters(start=model, **common, **more), plan=plan)
        return
    if plan or setting:
        raise typer.BadParameter("--plan and --setting are for --tier qwen")
    parameters = TrainRestorerParameters(
        start=start,
        teacher=teacher and choose_restorer("qwen", teacher, teacher_setting),
        teacher_share=teacher_share,
        spectral_weight=spectral_weight,
        compiled=compiled,
        **common,
    )
    begin(f"Reading the data set {shards}")
    from flows.launch import launch
    from flows.train import train_restorer as flow

    print_url(launch(flow, parameters))


def _choose_model(tier: str, start: str | None, output: str) -> str:
    """Return the model to adapt; a toy is made in the output folder unless one is named."""
    if start is not None:
        return start
    if tier == "qwen":
        raise typer.BadParameter(
            "--tier qwen needs --start: the folder of a model, or its name on the Hub, such as "
            "Qwen/Qwen-Image-Edit-2511"
        )
    return make_toy_restorer(output)


def _train_editor(parameters: TrainEditorParameters, *, plan: bool) -> None:
    if plan:
        begin("Measuring the model")
        from flows.cli.show.plan import show_training_plan

        show_training_plan(console, parameters)
        return
    begin(f"Reading the data set {parameters.shards}")
    from flows.launch import launch
    from flows.train import train_editor as flow

    print_url(launch(flow, parameters))
