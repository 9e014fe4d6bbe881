"""`rr`: diagnose and restore photographs, and train what does it.

Heavy imports wait until a command needs them, so that `rr --help` answers at once.
"""

import typer

from flows.cli import assess, bench, data, export, ingest, inspect, photographs, pipeline, train
from flows.cli.failure import Commands

app = typer.Typer(
    cls=Commands,
    help="Diagnose photographs (haze, blur, rain, noise) and restore them.\n\n"
    "Start here: [bold]rr diagnose PHOTO[/bold] and [bold]rr restore FOLDER RESTORED[/bold].\n\n"
    "To make it better: [bold]rr synthesize[/bold] or [bold]ingest[/bold] data, look at it with "
    "[bold]inspect[/bold], [bold]annotate[/bold], [bold]train[/bold], [bold]evaluate[/bold], "
    "[bold]assess[/bold]; or all of it with [bold]rr pipeline[/bold].\n\n"
    "A folder may be any URL, such as s3://bucket/photos; RR_S3_ENDPOINT_URL, RR_S3_ACCESS_KEY, "
    "RR_S3_SECRET_KEY and others say where and who (docs/STORAGE.md).\n\n"
    "With PREFECT_API_URL set, every stage is a flow run to be watched in the Prefect UI.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (
    photographs.diagnose,
    photographs.restore,
    data.recipe,
    data.synthesize,
    ingest.ingest,
    data.annotate,
    data.migrate,
    inspect.inspect,
    pipeline.evaluate,
    assess.assess,
    pipeline.pipeline,
):
    app.command()(command)
app.add_typer(train.app, name="train")
app.add_typer(export.app, name="export")
app.add_typer(bench.app, name="bench")


def main() -> None:
    """Run the command line; see `flows.cli.failure` for how it ends when something is wrong."""
    app()
