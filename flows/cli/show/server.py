"""Shows what runs on this machine, and what is on a server."""

from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from rr_tasks.plural import say_count
from rr_tasks.storage.names import to_display

if TYPE_CHECKING:  # Prefect takes a second to import
    from flows.deploy import Deployed
    from flows.local.down import Ended
    from flows.local.up import Started


def show_started(console: Console, started: "Started") -> None:
    """Show addresses and folders, and how to go on."""
    place = started.place
    news = f"started: {', '.join(started.parts)}" if started.parts else "all was running already"
    show_deployed(console, started.deployed)
    _line(console, "UI", f"{place.url} ({news})")
    _line(console, "Metrics", place.metrics_url)
    _line(console, "Photographs", f"{to_display(str(place.folder / 'archive'))} and others there")
    _line(console, "Logs", to_display(str(place.logs)))
    _line(console, "Watch commands", f"export PREFECT_API_URL={place.api}")
    _line(console, "End it all", f"rr down {to_display(str(place.folder))}")


def show_deployed(console: Console, deployed: "Deployed") -> None:
    """Show how much is on the server."""
    number = say_count(len(deployed.deployments), "deployment")
    _line(console, "Deployed", f"{number}, {len(deployed.new)} of them new")
    _line(console, "Automations", ", ".join(deployed.automations))


def show_ended(console: Console, folder: Path, ended: "Ended") -> None:
    """Show how much was ended."""
    if not ended.processes:
        message = f"Nothing of {to_display(str(folder))} was running."
    else:
        killed = f", {ended.killed} of them by force" if ended.killed else ""
        message = f"Ended {say_count(ended.processes, 'process', 'processes')}{killed}."
    console.print(message, markup=False, soft_wrap=True)


def _line(console: Console, name: str, value: str) -> None:
    console.print(f"{name + ':':<16}{value}", markup=False, highlight=False, soft_wrap=True)
