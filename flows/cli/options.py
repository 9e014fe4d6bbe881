"""What the commands share: the console and the options that several of them have."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

console = Console()

Weights = Annotated[
    Path | None, typer.Option(help="Weights file (safetensors); by default the shipped ones.")
]
Seed = Annotated[int, typer.Option(help="Decides every random draw.")]


def text(path: Path | None) -> str | None:
    """The path as parameters carry it."""
    return None if path is None else str(path)
