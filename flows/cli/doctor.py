"""`rr doctor`: says what this machine can run."""

import platform
from importlib.metadata import version
from importlib.util import find_spec
from typing import Annotated

import typer

from flows.cli.extra import EXTRAS
from flows.cli.options import console


def doctor(
    model: Annotated[
        list[str] | None,
        typer.Option(help="Also look at this model: folder or name on the Hub. May be repeated."),
    ] = None,
) -> None:
    """Say what this machine can run: tiers, models of Qwen, extras, and known faults of libraries.

    Nothing is downloaded or loaded, except the settings of models that you name.

    Example: [bold]rr doctor[/bold], or [bold]rr doctor --model ~/models/Qwen-Image-Edit-2511[/bold]
    """
    from flows.cli.show.machine import show_extras, show_machine, show_models

    console.print(f"rr {version('reason-and-restore')}, Python {platform.python_version()}")
    show_machine(console)
    missing = {EXTRAS[library] for library in EXTRAS if find_spec(library) is None}
    show_extras(console, sorted(set(EXTRAS.values())), missing)
    if "qwen" in missing:
        console.print("Models of Qwen cannot run without the extra qwen.")
    else:
        show_models(console, model or ())
