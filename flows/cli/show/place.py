"""Shows the location of an output."""

from rich.console import Console
from rich.markup import escape


def print_place(console: Console, name: str, url: str) -> None:
    """Print the location of an output on one line, however long it is."""
    console.print(f"[bold]{name:<16}[/bold] {escape(url)}", soft_wrap=True, highlight=False)
