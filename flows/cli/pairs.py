"""`rr ingest`: makes a data set of existing pairs."""

from typing import Annotated

import typer

from flows.cli.beginning import begin
from flows.cli.failure import complain_of_inputs, leave_out_skipped
from flows.cli.options import Address, Exclude, Include, Runner, Workers, parse_degradations
from flows.cli.result import print_url
from flows.console import console
from schemas.parameters.ingest import IngestParameters
from schemas.shard import LayoutName


def ingest(
    layout: Annotated[
        LayoutName,
        typer.Argument(show_choices=False, help="How the pairs lie in their folder: see above."),
    ],
    folder: Annotated[str, typer.Argument(help="Folder of the pairs, or any URL.")],
    output: Annotated[str, typer.Argument(help="Where to put the data set; folder or URL.")],
    clean: Annotated[
        str | None, typer.Option(help="With pairs: subfolder of the clean photographs.")
    ] = None,
    degraded: Annotated[
        str | None, typer.Option(help="With pairs: subfolder of the degraded photographs.")
    ] = None,
    present: Annotated[
        str | None, typer.Option(help="With pairs: the degradations, such as haze,rain.")
    ] = None,
    include: Include = None,
    exclude: Exclude = None,
    shard_size: Annotated[int, typer.Option(help="Pairs per shard.")] = 128,
    workers: Workers = None,
    runner: Runner = None,
    address: Address = None,
) -> None:
    """Make WebDataset shards of existing degraded photographs and their clean counterparts.

    Layouts: [bold]reside[/bold] (OTS, SOTS: hazy/0001_0.8_0.2.jpg + clear/0001.png),
    [bold]rain100[/bold] (rain-001.png + norain-001.png), [bold]rain13k[/bold] (input/ + target/),
    [bold]gopro[/bold] (SEQUENCE/blur/ + SEQUENCE/sharp/), [bold]sidd[/bold] (NOISY_SRGB_010.PNG +
    GT_SRGB_010.PNG), [bold]cdd11[/bold] (haze/, haze_rain/, ... + clear/), or [bold]pairs[/bold]:
    two folders with the same names.

    The layout says which degradations are present; severities are estimated from the pairs, with
    their uncertainty. Inputs that cannot be used become rows with a reason. Run it again to resume.

    Example: [bold]rr ingest reside RESIDE/SOTS/outdoor data[/bold], or
    [bold]rr ingest pairs mine data --clean sharp --degraded foggy --present haze,noise[/bold]
    """
    parameters = IngestParameters(
        layout=layout,
        folder=folder,
        output=output,
        clean=clean,
        degraded=degraded,
        present=parse_degradations("--present", present.split(",") if present else ()),
        include=tuple(include or ()),
        exclude=tuple(exclude or ()),
        shard_size=shard_size,
        workers=workers,
    )
    begin(f"Looking for pairs in {folder}")
    from flows.ingest import ingest as flow
    from flows.launch import launch

    made = launch(flow, parameters)
    print_url(made)
    _tell_failures(made)


def _tell_failures(folder: str) -> None:
    """Report inputs that were left out; fail only for those that should have been usable."""
    from rr_tasks.shards.reader import failed_inputs

    failed = failed_inputs(folder)
    unusable = leave_out_skipped(console, failed)
    complain_of_inputs(unusable, f"{folder}/[0-9]*.parquet")
    if not unusable.is_empty():
        raise typer.Exit(1)
