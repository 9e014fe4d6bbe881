"""`rr bench`: speed on this machine."""

from pathlib import Path
from typing import Annotated

import typer

from flows.cli.options import console

app = typer.Typer(help="Measure speed on this machine.", no_args_is_help=True)


@app.command("restore")
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


@app.command("synthesize")
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
