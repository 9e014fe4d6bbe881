"""What the commands share: the console and the options that several of them have."""

from typing import Annotated

import typer
from rich.console import Console

console = Console()

SAMPLES = "the samples that come with rr"
"""What a help text calls the default of `rr_tasks.samples.sample_photographs`."""

Weights = Annotated[
    str | None, typer.Option(help="Weights file (safetensors); by default the shipped ones.")
]
Seed = Annotated[int, typer.Option(help="Decides every random draw.")]
Workers = Annotated[
    int | None,
    typer.Option(help="Shards at the same time; by default as many as cores may be used."),
]
