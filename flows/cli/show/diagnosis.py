"""Reads one photograph and shows its diagnostic prior to a person."""

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from rr_tasks.photographs.formats.base import UnreadablePhotographError
from rr_tasks.photographs.pixels import Pixels
from rr_tasks.photographs.reading import read_pixels
from schemas.prior.current import AnyFinding, DiagnosticPrior
from schemas.prior.finding import grade

_COLOURS = {"slight": "green", "moderate": "yellow", "strong": "dark_orange", "extreme": "red"}
_BAR_LENGTH = 12


def read(url: str) -> Pixels:
    """Read a photograph's pixels.

    Raises:
        StorageError: the file does not exist, is a folder, or cannot be accessed.
        UnreadablePhotographError: it is not a photograph, or is damaged; the message names it.
    """
    try:
        return read_pixels(url)
    except UnreadablePhotographError as error:
        raise UnreadablePhotographError(f"{url}: {error}") from error


def show(console: Console, name: str, prior: DiagnosticPrior) -> None:
    """Print findings as a table, then the reasoning and the order of treatment."""
    size = f"{prior.image.width} x {prior.image.height}"
    table = Table(title=f"{escape(name)}  ({size})", title_justify="left", title_style="bold")
    table.add_column("Degradation")
    table.add_column("Severity, 0-100")
    table.add_column("Probability")
    table.add_column("Physics")
    for kind, finding in prior.findings.items():
        physics = finding.parameters.summarize() if finding.parameters else ""
        table.add_row(kind, _bar(finding.severity), _probability(finding), physics)
    console.print(table)
    console.print(f"[bold]Scene[/bold]      {escape(prior.scene.description)}")
    console.print(f"[bold]Reasoning[/bold]  {escape(prior.reasoning)}")
    console.print(f"[bold]Undo[/bold]       {' -> '.join(prior.order) or 'nothing'}\n")


def _bar(severity: float) -> str:
    if severity == 0.0:
        return "[dim]absent[/dim]"
    filled = max(1, round(severity / 100 * _BAR_LENGTH))
    colour = _COLOURS[grade(severity)]
    return f"[{colour}]{'█' * filled}[/]{'░' * (_BAR_LENGTH - filled)} {severity:3.0f}"


def _probability(finding: AnyFinding) -> str:
    if not finding.present or finding.probability is None:
        return ""
    return f"{finding.probability:.0%}"
