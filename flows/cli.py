"""`rr`: diagnose and restore photographs, and train what does it.

Heavy imports wait until a command needs them, so that `rr --help` answers at once.
"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from flows.failure import Commands, complain
from schemas.errors import ExpectedError
from schemas.parameters import (
    AnnotateParameters,
    EvaluateParameters,
    PipelineParameters,
    RecipeName,
    SynthesizeParameters,
    TrainReasonerParameters,
    TrainRestorerParameters,
)

app = typer.Typer(
    cls=Commands,
    help="Diagnose photographs (haze, blur, rain, noise) and restore them.\n\n"
    "Start here: [bold]rr diagnose PHOTO[/bold] and [bold]rr restore FOLDER RESTORED[/bold].\n\n"
    "To make it better: [bold]rr synthesize[/bold], [bold]annotate[/bold], [bold]train[/bold], "
    "[bold]evaluate[/bold], or all of it with [bold]rr pipeline[/bold].\n\n"
    "With PREFECT_API_URL set, every stage is a flow run to be watched in the Prefect UI.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
train_app = typer.Typer(help="Train the reasoner or the restorer.", no_args_is_help=True)
bench_app = typer.Typer(help="Measure speed on this machine.", no_args_is_help=True)
app.add_typer(train_app, name="train")
app.add_typer(bench_app, name="bench")
console = Console()


class Look(StrEnum):
    """A degradation that may be meant."""

    haze = "haze"
    blur = "blur"
    rain = "rain"
    noise = "noise"


Weights = Annotated[
    Path | None, typer.Option(help="Weights file (safetensors); by default the shipped ones.")
]
Seed = Annotated[int, typer.Option(help="Decides every random draw.")]


@app.command()
def diagnose(
    photographs: Annotated[list[Path], typer.Argument(help="One photograph or several.")],
    json: Annotated[bool, typer.Option("--json", help="Print one JSON prior per line.")] = False,
    reasoner: Weights = None,
) -> None:
    """Say what degrades a photograph, how badly, and what to undo first.

    Example: [bold]rr diagnose holiday.jpg[/bold], or for scripts
    [bold]rr diagnose *.jpg --json[/bold].
    """
    from flows.diagnosis import read, show
    from rr_tasks.reasoner.edge import EdgeReasoner

    model = EdgeReasoner.load(reasoner)
    failures = 0
    for path in photographs:
        try:
            prior = model.diagnose(read(path))
        except ExpectedError as error:
            complain(f"{path}: {error}")
            failures += 1
        else:
            if json:
                typer.echo(prior.model_dump_json())
            else:
                show(console, str(path), prior)
    raise typer.Exit(1 if failures else 0)


@app.command()
def restore(
    source: Annotated[Path, typer.Argument(metavar="IN", help="Folder of photographs; only read.")],
    output: Annotated[Path, typer.Argument(metavar="OUT", help="Gets the same tree, restored.")],
    keep: Annotated[
        list[Look] | None,
        typer.Option(help="A look that is meant, such as morning haze. May be repeated."),
    ] = None,
    threshold: Annotated[
        float, typer.Option(help="Photographs with less than this severity are copied as they are.")
    ] = 10.0,
    max_pixels: Annotated[
        int, typer.Option(help="Photographs with more pixels are refused.")
    ] = 200_000_000,
    verify: Annotated[
        bool, typer.Option("--verify", help="Re-read finished outputs and redo changed ones.")
    ] = False,
    reasoner: Weights = None,
    restorer: Weights = None,
) -> None:
    """Restore every photograph of a folder into a mirrored folder, with a before/after report.

    Stop it whenever you like: the next run goes on where this one ended. Photographs that cannot
    be read are listed with the reason and do not stop the others. Originals are never changed.

    Example: [bold]rr restore ~/Pictures ~/Restored --keep haze[/bold]
    """
    from flows.launch import launch
    from flows.restore import restore as flow
    from schemas.archive import RestoreParameters

    summary = launch(
        flow,
        RestoreParameters(
            input=str(source),
            output=str(output),
            keep=tuple(look.value for look in keep or ()),
            threshold=threshold,
            max_pixels=max_pixels,
            verify=verify,
            reasoner=_text(reasoner),
            restorer=_text(restorer),
        ),
    )
    from flows.outcome import show_restoration

    show_restoration(console, summary)
    raise typer.Exit(1 if summary.archive.failed or summary.unreadable else 0)


@app.command()
def synthesize(
    photographs: Annotated[str, typer.Argument(help="Folder of clean photographs.")],
    output: Annotated[str, typer.Argument(help="Receives the data set's folder.")],
    recipe: Annotated[RecipeName, typer.Option(help="How to degrade.")] = "edge-default",
    samples: Annotated[
        int | None, typer.Option(help="How many; by default 16 for each photograph.")
    ] = None,
    shard_size: Annotated[int, typer.Option(help="Samples in a shard.")] = 128,
    seed: Seed = 0,
    workers: Annotated[int, typer.Option(help="Shards made at the same time.")] = 2,
) -> None:
    """Make degraded WebDataset shards, with their true diagnoses, out of clean photographs.

    The folder's name carries a hash of everything that decides its content: the same settings find
    it again, other settings never touch it.

    Example: [bold]rr synthesize photos/train data --samples 4096[/bold]
    """
    from flows.launch import launch
    from flows.synthesize import synthesize as flow
    from rr_tasks.shards.reader import done_shards

    parameters = SynthesizeParameters(
        photographs=photographs,
        output=output,
        recipe=recipe,
        samples=samples,
        shard_size=shard_size,
        seed=seed,
        workers=workers,
    )
    folder = launch(flow, parameters)
    typer.echo(folder)
    failures = sum(marker.failures for marker in done_shards(folder))
    if failures:
        complain(f"{failures} inputs could not be used; {folder}/*.parquet says why, row by row")
        raise typer.Exit(1)


@app.command()
def annotate(
    shards: Annotated[str, typer.Argument(help="Folder of a data set.")],
    output: Annotated[
        str | None, typer.Option(help="Receives the annotations' folder; by default beside it.")
    ] = None,
    reasoner: Weights = None,
) -> None:
    """Diagnose the degraded photographs of a data set: the priors that the restorer will get.

    Example: [bold]rr annotate data/edge-default-1f0c...[/bold]
    """
    from flows.annotate import annotate as flow
    from flows.launch import launch

    parameters = AnnotateParameters(shards=shards, output=output, reasoner=_text(reasoner))
    typer.echo(launch(flow, parameters))


@train_app.command("reasoner")
def train_reasoner(
    shards: Annotated[str, typer.Argument(help="Folder of a data set.")],
    output: Annotated[Path, typer.Argument(help="Receives checkpoint, log and weights.")],
    start: Annotated[Path | None, typer.Option(help="Weights to start from.")] = None,
    steps: Annotated[int, typer.Option(help="Training steps.")] = 4000,
    batch_size: Annotated[int, typer.Option(help="Photographs in a step.")] = 24,
    learning_rate: Annotated[float, typer.Option(help="Highest learning rate.")] = 1.5e-3,
    seed: Seed = 0,
) -> None:
    """Train the reasoner on true diagnoses. Run it again after a stop: it resumes.

    Example: [bold]rr train reasoner data/edge-default-1f0c... runs/reasoner[/bold]
    """
    from flows.launch import launch
    from flows.train import train_reasoner as flow

    parameters = TrainReasonerParameters(
        shards=shards,
        output=str(output),
        start=_text(start),
        steps=steps,
        batch_size=batch_size,
        learning_rate=learning_rate,
        seed=seed,
    )
    typer.echo(launch(flow, parameters))


@train_app.command("restorer")
def train_restorer(
    shards: Annotated[str, typer.Argument(help="Folder of a data set.")],
    annotations: Annotated[str, typer.Argument(help="Folder of its annotations.")],
    output: Annotated[Path, typer.Argument(help="Receives checkpoint, log and weights.")],
    start: Annotated[Path | None, typer.Option(help="Weights to start from.")] = None,
    steps: Annotated[int, typer.Option(help="Training steps.")] = 7_000,
    batch_size: Annotated[int, typer.Option(help="Crops in a step.")] = 8,
    learning_rate: Annotated[float, typer.Option(help="Highest learning rate.")] = 1e-3,
    seed: Seed = 0,
) -> None:
    """Train the restorer on shards and their annotations. Run it again after a stop: it resumes.

    Example: [bold]rr train restorer data/edge-default-1f0c... data/annotations-77ab...
    runs/restorer[/bold]
    """
    from flows.launch import launch
    from flows.train import train_restorer as flow

    parameters = TrainRestorerParameters(
        shards=shards,
        annotations=annotations,
        output=str(output),
        start=_text(start),
        steps=steps,
        batch_size=batch_size,
        learning_rate=learning_rate,
        seed=seed,
    )
    typer.echo(launch(flow, parameters))


@app.command()
def evaluate(
    photographs: Annotated[str, typer.Argument(help="Folder of clean, held-out photographs.")],
    output: Annotated[str, typer.Argument(help="Receives the evaluation set and the tables.")],
    reasoner: Weights = None,
    restorer: Weights = None,
    seed: Annotated[int, typer.Option(help="The published figures use 2026.")] = 2026,
) -> None:
    """Measure weights on photographs they never saw, degraded in all 15 ways and left clean.

    Example: [bold]rr evaluate photos/heldout evaluation[/bold]
    """
    from flows.evaluate import evaluate as flow
    from flows.launch import launch
    from flows.outcome import show_evaluation

    parameters = EvaluateParameters(
        photographs=photographs,
        output=output,
        reasoner=_text(reasoner),
        restorer=_text(restorer),
        seed=seed,
    )
    show_evaluation(console, launch(flow, parameters))


@app.command()
def pipeline(
    photographs: Annotated[str, typer.Argument(help="Clean photographs to learn from.")],
    heldout: Annotated[str, typer.Argument(help="Clean photographs that are never learned from.")],
    output: Annotated[Path, typer.Argument(help="Receives everything that is made.")],
    archive: Annotated[
        Path | None,
        typer.Option(help="Folder to restore; by default the degraded held-out photographs."),
    ] = None,
    samples: Annotated[int, typer.Option(help="Degraded samples to make.")] = 128,
    steps: Annotated[int, typer.Option(help="Fine-tuning steps of the restorer.")] = 60,
    learning_rate: Annotated[float, typer.Option(help="Highest learning rate.")] = 5e-5,
    seed: Seed = 0,
) -> None:
    """Do the whole job: synthesize, annotate, fine-tune, evaluate, promote if better, restore.

    Every stage keeps what an earlier run finished: run it again and it goes on.

    Example: [bold]rr pipeline photos/train photos/heldout work[/bold]
    """
    from flows.launch import launch
    from flows.outcome import show_pipeline
    from flows.pipeline import pipeline as flow

    parameters = PipelineParameters(
        photographs=photographs,
        heldout=heldout,
        output=str(output),
        archive=_text(archive),
        samples=samples,
        steps=steps,
        learning_rate=learning_rate,
        seed=seed,
    )
    result = launch(flow, parameters)
    show_pipeline(console, result)
    summary = result.summary
    raise typer.Exit(1 if summary.archive.failed or summary.unreadable else 0)


@bench_app.command("restore")
def bench_restore(
    photographs: Annotated[
        Path, typer.Argument(help="Clean photographs to make the degraded ones of.")
    ] = Path("infra/samples/train"),
    count: Annotated[
        int, typer.Option(min=4, help="Degraded photographs to restore, in four parts.")
    ] = 200,
) -> None:
    """Compare the speed of [bold]rr restore[/bold] with that of the bare networks, and its memory.

    Example: [bold]rr bench restore --count 200[/bold]
    """
    from flows.bench import bench_restoration

    bench_restoration(console, str(photographs), count)


@bench_app.command("synthesize")
def bench_synthesize(
    photographs: Annotated[Path, typer.Argument(help="Clean photographs.")] = Path(
        "infra/samples/train"
    ),
    samples: Annotated[int, typer.Option(help="Samples to make.")] = 128,
) -> None:
    """Compare the time of synthesis with that of encoding the same images alone.

    Example: [bold]rr bench synthesize[/bold]
    """
    from flows.bench import bench_synthesis

    bench_synthesis(console, str(photographs), samples)


def main() -> None:
    """Run the command line; see `flows.failure` for how it ends when something is wrong."""
    app()


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)
