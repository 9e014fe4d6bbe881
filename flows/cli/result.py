"""Prints what scripts read."""

import sys

import typer

from rr_tasks.display import to_json, to_line


def print_url(url: str) -> None:
    """Print where a result is: exactly for a script, and as text for a person at a terminal."""
    typer.echo(to_line(url) if sys.stdout.isatty() else url, color=True)  # or it leaves parts out


def print_json(document: str) -> None:
    """Print a JSON document, which is text for a person as well."""
    typer.echo(to_json(document))
