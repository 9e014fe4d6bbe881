"""Writes tables for people row by row, without loading a library for tables."""

import csv
from collections.abc import Callable
from typing import TextIO

from rr_tasks.display import to_cell


def csv_rows(file: TextIO) -> Callable[..., None]:
    """Return a function that adds a row to a CSV file, given its texts.

    Text stays text in every spreadsheet: see `rr_tasks.display.to_cell`.
    """
    table = csv.writer(file, lineterminator="\n")

    def add(*cells: str) -> None:
        table.writerow(map(to_cell, cells))

    return add
