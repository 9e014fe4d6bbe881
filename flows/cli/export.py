"""`rr export`: data sets in the formats of other programs."""

from typing import Annotated

import typer

from flows.cli.failure import Commands
from flows.cli.options import Workers
from schemas.export import Dialect
from schemas.parameters import ExportHfParameters, ExportMessagesParameters

app = typer.Typer(
    cls=Commands, help="Write a data set in the formats of other programs.", no_args_is_help=True
)

Shards = Annotated[str, typer.Argument(help="Folder of a data set; any URL.")]


@app.command("hf")
def export_hf(
    shards: Shards,
    output: Annotated[str, typer.Argument(help="Receives shards and card; any URL.")],
    annotations: Annotated[
        str | None, typer.Option(help="Folder of its annotations, to go along.")
    ] = None,
    split: Annotated[str, typer.Option(help="What the samples are for.")] = "train",
    workers: Workers = None,
) -> None:
    """Rewrite a data set so that Hugging Face datasets loads the folder.

    Run it again after a stop: shards that are finished are not written again.

    Example: [bold]rr export hf data/edge-default-1f0c... hub --annotations
    data/annotations-77ab...[/bold], then in Python [bold]load_dataset("hub")[/bold]
    """
    from flows.export import export_hf as flow
    from flows.launch import launch

    parameters = ExportHfParameters(
        shards=shards, output=output, annotations=annotations, split=split, workers=workers
    )
    typer.echo(launch(flow, parameters))


@app.command("messages")
def export_messages(
    shards: Shards,
    output: Annotated[str, typer.Argument(help="Receives lines and photographs; any URL.")],
    annotations: Annotated[
        str | None,
        typer.Option(help="Annotations to answer with; by default the ground truth."),
    ] = None,
    dialect: Annotated[
        Dialect, typer.Option(help="tags for ms-swift and LLaMA-Factory, trl for TRL.")
    ] = "tags",
    workers: Workers = None,
) -> None:
    """Write a data set as chats for the fine-tuning of a vision-language model.

    The user shows a degraded photograph and asks for its diagnosis; the assistant answers with the
    prior as JSON. Run it again after a stop: shards that are finished are not written again.

    Example: [bold]rr export messages data/edge-default-1f0c... chats --dialect trl[/bold]
    """
    from flows.export import export_messages as flow
    from flows.launch import launch

    parameters = ExportMessagesParameters(
        shards=shards, output=output, annotations=annotations, dialect=dialect, workers=workers
    )
    typer.echo(launch(flow, parameters))
