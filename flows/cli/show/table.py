"""Shows data frames."""

import polars as pl
from rich.console import Console, JustifyMethod
from rich.markup import escape
from rich.table import Table

from rr_tasks.storage.names import to_display


def print_table(console: Console, title: str, frame: pl.DataFrame, places: int = 3) -> None:
    """Print a frame below a title, with floats rounded to `places` decimal places."""
    table = Table(title=title, title_justify="left", title_style="bold")
    for name, kind in frame.schema.items():
        justify: JustifyMethod = "left" if kind == pl.String else "right"
        table.add_column(name.replace("_", " "), justify=justify, overflow="fold")
    for row in frame.iter_rows():
        table.add_row(*(_cell(value, places) for value in row))
    console.print(table)


def _cell(value: object, places: int) -> str:
    if isinstance(value, float):
        return f"{value:.{places}f}"
    return "" if value is None else str(value)


def print_undiagnosed(console: Console, undiagnosed: pl.DataFrame) -> None:
    """Print why samples were not diagnosed, from a frame with the columns reason and samples."""
    for reason, samples in undiagnosed.iter_rows():
        line = f"Not diagnosed and left out: {samples} samples ({reason})"
        console.print(f"[yellow]{escape(line)}[/yellow]", soft_wrap=True)


def print_unused(console: Console, failed: pl.DataFrame) -> None:
    """Print the inputs that could not be used, from a frame with the columns source and error."""
    for source, error in failed.iter_rows():
        console.print(
            f"[red]Not used: {escape(f'{to_display(source)}: {error}')}[/red]", soft_wrap=True
        )
