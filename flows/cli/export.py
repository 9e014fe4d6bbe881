"""`rr export`: writes data sets and the restorer in the formats of other programs."""

from typing import Annotated

import typer

from flows.cli.beginning import begin
from flows.cli.failure import Commands, complain_of_lost
from flows.cli.options import Address, Runner, Verify, Workers
from flows.cli.result import print_url
from schemas.export import Dialect
from schemas.parameters.export import ExportHfParameters, ExportMessagesParameters

app = typer.Typer(
    cls=Commands,
    help="Write a data set or the restorer in the formats of other programs.",
    no_args_is_help=True,
)

Shards = Annotated[str, typer.Argument(help="Folder or URL of a data set.")]


@app.command("hf")
def export_hf(
    shards: Shards,
    output: Annotated[str, typer.Argument(help="Folder or URL for the shards and the card.")],
    annotations: Annotated[
        str | None, typer.Option(help="Folder of its annotations, to include them.")
    ] = None,
    split: Annotated[str, typer.Option(help="Name of the split.")] = "train",
    workers: Workers = None,
    runner: Runner = None,
    address: Address = None,
    verify: Verify = False,
) -> None:
    """Write a data set in a form that Hugging Face datasets can load.

    Run it again to resume; finished shards are not written again.

    Example: [bold]rr export hf data/edge-default-1f0c... hub --annotations
    data/annotations-77ab...[/bold], then in Python [bold]load_dataset("hub")[/bold]
    """
    parameters = ExportHfParameters(
        shards=shards,
        output=output,
        annotations=annotations,
        split=split,
        workers=workers,
        verify=verify,
    )
    begin(f"Reading the data set {shards}")
    from flows.export import export_hf as flow
    from flows.launch import launch
    from rr_tasks.shards.outcomes import list_lost

    print_url(launch(flow, parameters))
    made = f"{output}/{split}"
    complain_of_lost(list_lost(made), shards, f"{made}/[0-9]*.parquet")


@app.command("messages")
def export_messages(
    shards: Shards,
    output: Annotated[str, typer.Argument(help="Folder or URL for the chats and photographs.")],
    annotations: Annotated[
        str | None,
        typer.Option(help="Annotations to use as answers; by default the ground truth."),
    ] = None,
    dialect: Annotated[
        Dialect, typer.Option(help="tags for ms-swift and LLaMA-Factory, trl for TRL.")
    ] = "tags",
    validation: Annotated[
        float,
        typer.Option(min=0.0, max=1.0, help="Share of the photographs that are for validation."),
    ] = 0.1,
    licence: Annotated[
        str | None, typer.Option(help="Licence of the photographs, to repeat in every line.")
    ] = None,
    workers: Workers = None,
    runner: Runner = None,
    address: Address = None,
    verify: Verify = False,
) -> None:
    """Write a data set as chats for fine-tuning a vision-language model.

    The user shows a degraded photograph and asks for its diagnosis; the assistant answers with the
    prior as JSON. All chats about a photograph are in the same split. Run it again to resume;
    finished shards are not written again.

    Example: [bold]rr export messages data/edge-default-1f0c... chats --dialect trl[/bold]
    """
    parameters = ExportMessagesParameters(
        shards=shards,
        output=output,
        annotations=annotations,
        dialect=dialect,
        validation=validation,
        licence=licence,
        workers=workers,
        verify=verify,
    )
    begin(f"Reading the data set {shards}")
    from flows.export import export_messages as flow
    from flows.launch import launch
    from rr_tasks.export.messages import list_lost

    print_url(launch(flow, parameters))
    complain_of_lost(list_lost(output), shards, f"{output}/lost/*.parquet")


@app.command("onnx")
def export_onnx(
    output: Annotated[str, typer.Argument(help="File or URL, such as restorer.onnx.")],
    weights: Annotated[
        str | None, typer.Option(help="Weights of a restorer; by default the shipped ones.")
    ] = None,
) -> None:
    """Write the restorer's network for ONNX Runtime and similar programs.

    It restores images of any height and width that are multiples of 16, and is checked before it
    is written. docs/SPEED.md describes its inputs.

    Example: [bold]rr export onnx restorer.onnx[/bold]
    """
    begin("Exporting the restorer")
    from rr_tasks.export.onnx import export_onnx as export

    export(weights, output)
    print_url(output)
