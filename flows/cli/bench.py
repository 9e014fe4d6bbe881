"""`rr bench`: measures speed on this machine."""

from typing import Annotated

import typer

from flows.cli.beginning import begin
from flows.cli.failure import Commands
from flows.cli.options import SAMPLES
from flows.console import console
from rr_tasks.samples import sample_photographs

Photographs = Annotated[
    str,
    typer.Argument(
        default_factory=sample_photographs,
        show_default=SAMPLES,
        help="Folder or URL of clean photographs, which are degraded first.",
    ),
]

app = typer.Typer(cls=Commands, help="Measure speed on this machine.", no_args_is_help=True)


@app.command("restore")
def bench_restore(
    photographs: Photographs,
    count: Annotated[
        int, typer.Option(min=4, help="Degraded photographs to restore, in four parts.")
    ] = 96,
) -> None:
    """Measure [bold]rr restore[/bold] on one core, on all cores, and beside a busy process.

    It shows speed and peak memory, and whether the restored photographs are the same. The settings
    take turns with the same photographs; a first quarter of these warms up.

    Example: [bold]rr bench restore --count 96[/bold]
    """
    begin("Measuring rr restore")
    from flows.bench import bench_restoration
    from flows.cli.show.benchmark import show_restoration_speeds

    show_restoration_speeds(console, bench_restoration(photographs, count))


@app.command("diagnose")
def bench_diagnose(
    photographs: Photographs,
    count: Annotated[int, typer.Option(min=1, help="Photographs to diagnose and restore.")] = 40,
) -> None:
    """Compare the time of a diagnosis with that of the restoration at 512 x 512.

    Example: [bold]rr bench diagnose[/bold]
    """
    begin("Measuring rr diagnose")
    from flows.cli.show.benchmark import show_diagnosis_speed
    from rr_tasks.benchmarks.diagnosis import measure_diagnosis

    show_diagnosis_speed(console, measure_diagnosis(photographs, count))


@app.command("network")
def bench_network(
    photographs: Photographs,
    side: Annotated[int, typer.Option(min=64, max=512, help="Pixels of a side of the tile.")] = 512,
    pairs: Annotated[
        int, typer.Option(min=1, help="Restorations by each form of the network.")
    ] = 20,
) -> None:
    """Show where the restoration of one tile spends its time, and what one core can do at most.

    The network as it was trained and its faster form restore by turns.

    Example: [bold]rr bench network[/bold]
    """
    begin("Measuring the restorer's network")
    from flows.cli.show.benchmark import show_network_speed
    from rr_tasks.benchmarks.network import measure_network

    show_network_speed(console, measure_network(photographs, side, pairs))


@app.command("loader")
def bench_loader(
    shards: Annotated[
        str | None, typer.Argument(help="Folder of a data set; by default a small one is made.")
    ] = None,
    annotations: Annotated[str | None, typer.Argument(help="Folder of its annotations.")] = None,
    *,
    photographs: Annotated[
        str,
        typer.Option(
            default_factory=sample_photographs,
            show_default=SAMPLES,
            help="Clean photographs from which to make the small data set.",
        ),
    ],
    batches: Annotated[int, typer.Option(min=4, help="Batches of 8 crops to load.")] = 1536,
) -> None:
    """Compare the speed of loading training data with what the edge restorer's training consumes.

    Example: [bold]rr bench loader[/bold], or for storage far away
    [bold]rr bench loader s3://bucket/data/edge-default-1f0c...
    s3://bucket/data/annotations-77ab...[/bold]
    """
    if (shards is None) != (annotations is None):
        raise typer.BadParameter("name the annotations of the data set too")
    begin("Measuring the loader of training data")
    from flows.bench import bench_loading
    from flows.cli.show.benchmark import show_loading_speed

    speed = bench_loading(shards, annotations, photographs, batches)
    show_loading_speed(console, speed)


@app.command("synthesize")
def bench_synthesize(
    photographs: Photographs,
    samples: Annotated[
        int, typer.Option(min=4, help="Samples to make, for each figure and worker.")
    ] = 128,
) -> None:
    """Measure [bold]rr synthesize[/bold]: without encoding, beside encoding alone, with workers.

    For 1, 2, 4, ... workers, up to the number of cores, it shows their speed and peak memory, and
    whether they make the same bytes.

    Example: [bold]rr bench synthesize[/bold]
    """
    begin("Measuring rr synthesize")
    from flows.bench import bench_synthesis
    from flows.cli.show.benchmark import show_synthesis_speeds

    show_synthesis_speeds(console, bench_synthesis(photographs, samples))


@app.command("inspect")
def bench_inspect(
    rows: Annotated[int, typer.Option(min=1, help="Rows of made-up sidecars.")] = 1_000_000,
    shard_size: Annotated[int, typer.Option(min=1, max=10_000, help="Rows in a shard.")] = 128,
) -> None:
    """Measure how long [bold]rr inspect[/bold] takes on a large data set, and its memory.

    Example: [bold]rr bench inspect --rows 1000000[/bold]
    """
    begin("Measuring rr inspect")
    from flows.bench import bench_inspection
    from flows.cli.show.benchmark import show_inspection_speed

    show_inspection_speed(console, bench_inspection(rows, shard_size))
