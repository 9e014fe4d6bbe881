"""Reads photographs and shows their diagnostic priors to a person."""

from rich.columns import Columns
from rich.console import Console, Group
from rich.markup import escape
from rich.padding import Padding
from rich.text import Text

from flows.cli.show.greys import render_greys
from flows.cli.show.table import Column, print_columns
from rr_tasks.inspection.maps import Drawing, draw_maps
from rr_tasks.photographs.formats.base import UnusablePhotographError
from rr_tasks.photographs.pixels import Pixels
from rr_tasks.photographs.reading import read_pixels
from schemas.prior.current import DEGRADATIONS, AnyFinding, DiagnosticPrior
from schemas.prior.finding import grade

_COLOURS = {"slight": "green", "moderate": "yellow", "strong": "dark_orange", "extreme": "red"}
_BAR_LENGTH = 12
_CELL = 10


def read(url: str) -> Pixels:
    """Read a photograph's pixels.

    Raises:
        StorageError: the file does not exist, is a folder, or cannot be accessed.
        UnusablePhotographError: it is not a photograph, or is damaged; the message names it.
    """
    try:
        return read_pixels(url)
    except UnusablePhotographError as error:
        raise UnusablePhotographError(f"{url}: {error}") from error


def show_header(console: Console) -> None:
    """Print what is above the lines of `show_line`."""
    names = "".join(f"{name:>{_CELL}}" for name in DEGRADATIONS)
    console.print(f"[bold]{names}  photograph[/bold]", highlight=False, soft_wrap=True)


def show_line(console: Console, name: str, prior: DiagnosticPrior, guess: str | None) -> None:
    """Print severity and probability of what was found in one line, and the name behind it."""
    cells = "".join(f"{_cell(prior.finding(one)):>{_CELL}}" for one in DEGRADATIONS)
    doubt = "" if guess is None else f"  [yellow]({guess})[/yellow]"
    console.print(f"{cells}  {escape(name)}{doubt}", highlight=False, soft_wrap=True)


def show(console: Console, name: str, prior: DiagnosticPrior, guess: str | None = None) -> None:
    """Print findings as a table, their maps, the reasoning and the order of treatment."""
    size = f"{prior.image.width} x {prior.image.height}"
    findings = prior.findings
    print_columns(
        console,
        f"{name}  ({size})",
        [
            Column("Degradation", list(findings)),
            Column("Severity, 0-100", [_bar(finding.severity) for finding in findings.values()]),
            Column("Probability", list(map(_probability, findings.values())), right=True),
            Column("Physics", list(map(_physics, findings.values()))),
        ],
    )
    if drawings := draw_maps(prior):
        pictures = Columns((_draw(console, drawing) for drawing in drawings), padding=(0, 3))
        console.print(Padding(pictures, (1, 0)))
    console.print(f"[bold]Scene[/bold]      {escape(prior.scene.description)}")
    console.print(f"[bold]Reasoning[/bold]  {escape(prior.reasoning)}")
    if guess is not None:
        console.print(f"[bold]A guess[/bold]    {guess}; rr restore would leave it alone")
    console.print(f"[bold]Undo[/bold]       {' -> '.join(prior.order) or 'nothing'}\n")


def _draw(console: Console, drawing: Drawing) -> Group:
    coloured = console.color_system is not None and not console.no_color
    return Group(Text(drawing.title, "bold"), render_greys(drawing.greys, coloured=coloured))


def _bar(severity: float) -> Text:
    if severity == 0.0:
        return Text("absent", "dim")
    filled = max(1, round(severity / 100 * _BAR_LENGTH))
    empty = "░" * (_BAR_LENGTH - filled)
    return Text.assemble(("█" * filled, _COLOURS[grade(severity)]), empty, f" {severity:3.0f}")


def _probability(finding: AnyFinding) -> str:
    if not finding.present or finding.probability is None:
        return ""
    return f"{finding.probability:.0%}"


def _cell(finding: AnyFinding) -> str:
    if not finding.present:
        return "-"
    return f"{finding.severity:.0f} {_probability(finding):>4}".rstrip()


def _physics(finding: AnyFinding) -> str:
    return finding.parameters.summarize() if finding.parameters else ""
