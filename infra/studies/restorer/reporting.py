"""What a study says while it runs, and the tables that it writes."""

import sys

import polars as pl
from gains import write_markdown

from rr_tasks.storage.files import join, publish_bytes
from rr_tasks.storage.tables import publish_csv
from rr_tasks.training.loop import ProgressReport


def say(line: str) -> None:
    """Print a line where it does not mix with the table."""
    sys.stderr.write(f"{line}\n")


def report(name: str) -> ProgressReport:
    """Make a function that prints the progress of the training of this name."""
    return lambda step, means: say(f"{name}, step {step}: {means}")


def publish_table(table: pl.DataFrame, folder: str, name: str, baseline: str) -> str:
    """Write a table of `gains.tabulate` as `name`.csv and `name`.md, and return the latter."""
    markdown = write_markdown(table, baseline)
    publish_csv(table, join(folder, f"{name}.csv"))
    publish_bytes(markdown.encode(), join(folder, f"{name}.md"))
    return markdown
