"""The commands of `rr` by what they are about, and the options that precede them.

A command imports what it needs when it runs, so that `rr --help` answers at once.
"""

from importlib.metadata import version
from typing import Annotated

import typer

from flows.cli import (
    alignment,
    annotation,
    archive,
    assessment,
    bench,
    dataset,
    diagnosis,
    doctor,
    evaluation,
    export,
    inspection,
    pairs,
    photographs,
    pipeline,
    promotion,
    recipe,
    server,
    training,
)
from flows.cli.failure import Commands

app = typer.Typer(
    cls=Commands,
    help="Diagnose photographs (haze, blur, rain, noise) and restore them.\n\n"
    "Start here: [bold]rr diagnose PHOTO[/bold] and [bold]rr restore FOLDER RESTORED[/bold].\n\n"
    "A folder may be any URL, such as s3://bucket/photos; RR_S3_ENDPOINT_URL, RR_S3_ACCESS_KEY, "
    "RR_S3_SECRET_KEY and others set the endpoint and the keys (docs/STORAGE.md).\n\n"
    "With PREFECT_API_URL set, every stage is a flow run that you can watch in the Prefect UI.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

_COMMANDS = {
    "Photographs": (
        diagnosis.diagnose,
        photographs.restore,
        archive.status,
        archive.undo,
    ),
    "Data sets": (
        recipe.recipe,
        dataset.synthesize,
        pairs.ingest,
        inspection.inspect,
        annotation.annotate,
        annotation.describe,
        dataset.migrate,
    ),
    "Models": (
        alignment.align,
        evaluation.evaluate,
        assessment.assess,
        promotion.promote,
    ),
    "Pipeline and benchmarks": (pipeline.pipeline,),
    "This machine and servers": (
        doctor.doctor,
        server.up,
        server.down,
        server.deploy,
        server.metrics,
    ),
}
for panel, commands in _COMMANDS.items():
    for command in commands:
        app.command(rich_help_panel=panel)(command)
app.add_typer(export.app, name="export", rich_help_panel="Data sets")
app.add_typer(training.app, name="train", rich_help_panel="Models")
app.add_typer(bench.app, name="bench", rich_help_panel="Pipeline and benchmarks")


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"rr {version('reason-and-restore')}")
        raise typer.Exit


@app.callback()
def options(
    _: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version and exit."
        ),
    ] = False,
) -> None:
    """Accept the options that precede the command."""
