"""`rr up`, `rr down`, `rr deploy`, `rr metrics`: a Prefect server, and what runs flows with it."""

import os
from pathlib import Path
from typing import Annotated

import typer

from flows.console import console
from flows.local import DATABASE_VARIABLE

Folder = Annotated[Path, typer.Argument(help="Where runs start, and where all is kept.")]
Notify = Annotated[
    str | None,
    typer.Option(
        metavar="KIND/NAME",
        help="The server's block that automations tell, such as slack-webhook/operators.",
    ),
]
DEFAULT_FOLDER = Path("~/rr")
PORT = 4200
"""Of the server; the metrics are at the next one."""


def up(
    folder: Folder = DEFAULT_FOLDER,
    port: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=65534,
            help="Of the UI; the metrics are at the next one. By default the port that the folder "
            f"had the last time, and {PORT} at first.",
        ),
    ] = None,
    database: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="PostgreSQL instead of SQLite: postgresql://USER@HOST/NAME, with the password in "
            f"PGPASSWORD or ~/.pgpass. By default {DATABASE_VARIABLE}, if it is set.",
        ),
    ] = None,
    notify: Notify = None,
) -> None:
    """Start a Prefect server, a worker and metrics on this machine, with all flows deployed.

    Only this machine can reach them. What is running already stays; run it again after a crash or
    a restart of the machine, and what is missing starts.

    Example: [bold]rr up ~/rr[/bold]
    """
    from flows.cli.show.server import show_started
    from flows.local.database import DatabaseError, holds_password
    from flows.local.place import Place, find_port
    from flows.local.up import start_all

    if database and holds_password(database):
        raise DatabaseError(
            "a password in a command line can be seen by others: put it into PGPASSWORD or "
            f"~/.pgpass, or the whole URL into {DATABASE_VARIABLE}"
        )
    folder = _absolute(folder)
    port = port or find_port(folder) or PORT
    place = Place(folder, port, database or os.environ.get(DATABASE_VARIABLE))
    show_started(console, start_all(place, console.print, notify))


def down(folder: Folder = DEFAULT_FOLDER) -> None:
    """End what [bold]rr up[/bold] started for a folder, runs included, and nothing else.

    The folder stays. A run that was going on continues when it is started again.

    Example: [bold]rr down ~/rr[/bold]
    """
    from flows.cli.show.server import show_ended
    from flows.local.down import end_all

    show_ended(console, _absolute(folder), end_all(_absolute(folder)))


def deploy(
    folder: Annotated[
        Path, typer.Argument(help="Where runs start, on the machines of the workers.")
    ],
    pool: Annotated[str, typer.Option(help="Work pool; made if it is missing.")] = "default",
    notify: Notify = None,
) -> None:
    """Put all flows and automations on the server of PREFECT_API_URL.

    What is there is renewed: parameters, schedules and what is paused stay as people have set them.

    Example: [bold]PREFECT_API_URL=http://server:4200/api rr deploy /data[/bold]
    """
    from flows.cli.show.server import show_deployed
    from flows.deploy import deploy

    show_deployed(console, deploy(_absolute(folder), pool=pool, notify=notify))


def metrics(
    port: Annotated[int, typer.Option(help="Where Prometheus reads, under /metrics.")] = PORT + 1,
    host: Annotated[
        str, typer.Option(help="Address to listen at; 0.0.0.0 lets other machines read.")
    ] = "127.0.0.1",
) -> None:
    """Serve metrics for Prometheus: what the runs of this machine have done, and the queue.

    Workers and this command need the same folder in PROMETHEUS_MULTIPROC_DIR.

    Example: [bold]PROMETHEUS_MULTIPROC_DIR=/tmp/metrics rr metrics --host 0.0.0.0[/bold]
    """
    from flows.metrics.exporter import serve

    serve(host, port)


def _absolute(folder: Path) -> Path:
    return folder.expanduser().resolve()
