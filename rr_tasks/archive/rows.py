"""The rows of the report's table.

The first ones are in the page itself, the others in files beside it, which the page loads one after
another: JavaScript, because a page on a disk may load no other data. Writing takes the memory of
two such files, however many photographs there are.
"""

import json
from typing import Any

from rr_tasks.archive.layout import ROWS
from rr_tasks.storage.folder import Folder
from schemas.archive import LedgerRow

PART_ROWS = 10_000
"""Rows in the page, and in each file."""


class RowWriter:
    """Collects rows in the order of the table, and writes files as they fill.

    Attributes:
        parts: names of the files so far.
    """

    def __init__(self, output: Folder) -> None:
        self._output = output
        self._first: str | None = None
        self._rows: list[str] = []
        self.parts: list[str] = []

    def add(self, row: LedgerRow) -> None:
        """Add a row.

        Raises:
            StorageError: storage refuses.
        """
        self._rows.append(json.dumps(_cells(row), separators=(",", ":")))
        if len(self._rows) == PART_ROWS:
            self._flush()

    def finish(self) -> str:
        """Write what is left, remove files of a larger archive, and return the first rows as JSON.

        Raises:
            StorageError: storage refuses.
        """
        self._flush()
        for name in self._output.names(ROWS):
            if name not in self.parts:
                self._output.remove(f"{ROWS}/{name}")
        return self._first or "[]"

    def _flush(self) -> None:
        text = f"[{','.join(self._rows)}]"
        if self._first is None:
            self._first = text
        elif self._rows:
            name = f"{len(self.parts) + 1:05d}.js"
            self._output.write(f"{ROWS}/{name}", f"addRows({text});\n".encode())
            self.parts.append(name)
        self._rows.clear()


def findings_of(row: LedgerRow) -> list[tuple[str, float, float | None]]:
    """Return type, severity and probability, if known, of each finding, the worst one first."""
    prior = row.prior
    found = [
        (name, severity, None if prior is None else prior.finding(name).probability)
        for name, severity in row.severities.items()
    ]
    return sorted(found, key=lambda one: -one[1])


def _cells(row: LedgerRow) -> list[Any]:
    """Return path, outcome, findings, losses, reason, path of the output if there is one."""
    findings = [
        (name, round(severity, 1), probability and round(probability, 3))
        for name, severity, probability in findings_of(row)
    ]
    output = None if row.output_size is None else row.output or row.path
    return [row.path, row.status, findings, "; ".join(row.lost), row.reason or "", output]
