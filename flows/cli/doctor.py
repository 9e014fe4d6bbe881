"""`rr doctor`: says what this machine can run, what is wrong with it, and what to do."""

import platform
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from importlib.util import find_spec
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.extra import EXTRAS
from flows.cli.failure import FAILED
from flows.cli.server import PORT
from flows.console import console

if TYPE_CHECKING:
    from flows.checks.finding import Finding


def doctor(
    model: Annotated[
        list[str] | None,
        typer.Option(help="Also look at this model: folder or name on the Hub. May be repeated."),
    ] = None,
    reads: Annotated[
        list[str] | None,
        typer.Option("--input", help="Also list this folder or URL. May be repeated."),
    ] = None,
    writes: Annotated[
        list[str] | None,
        typer.Option(
            "--output",
            help="Also write a small file into this folder or URL, and remove it. May be repeated.",
        ),
    ] = None,
) -> None:
    """Say what this machine can run: tiers, models of Qwen, extras, and known faults of libraries.

    Dependencies, credentials, GPU, disk, ports and the Prefect server are checked first, and what
    to do is said; the exit status is 1 if something cannot work as it is. Nothing is downloaded or
    loaded, except the settings of models that you name.

    Example: [bold]rr doctor[/bold], or [bold]rr doctor --output s3://bucket/restored[/bold]
    """
    from flows.cli.show.checks import show_findings
    from flows.cli.show.machine import show_extras, show_machine, show_models

    console.print(f"rr {version('reason-and-restore')}, Python {platform.python_version()}")
    findings = list(_check(reads or (), writes or ()))
    show_findings(console, findings)
    show_machine(console)
    missing = {EXTRAS[library] for library in EXTRAS if find_spec(library) is None}
    show_extras(console, sorted(set(EXTRAS.values())), missing)
    if "qwen" in missing:
        console.print("Models of Qwen cannot run without the extra qwen.")
    else:
        show_models(console, model or ())
    if any(finding.wrong for finding in findings):
        raise typer.Exit(FAILED)


def _check(reads: Iterable[str], writes: Iterable[str]) -> "Iterator[Finding]":
    from flows.checks.dependencies import check_dependencies
    from flows.checks.disk import check_disks
    from flows.checks.graphics import check_graphics
    from flows.checks.server import check_configured_server, check_ports
    from flows.checks.storage import check_credentials, check_input, check_output

    yield check_dependencies()
    yield check_graphics()
    yield from check_disks()
    yield check_credentials()
    yield from map(check_input, reads)
    yield from map(check_output, writes)
    yield check_configured_server()
    yield check_ports((PORT, PORT + 1))
