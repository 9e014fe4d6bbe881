"""The ledger of a chunk: a row for each outcome, appended at once, so that a run can be resumed."""

import os
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Self

from pydantic import ValidationError

from rr_tasks.archive.storage import write_failure
from schemas.archive import LedgerRow


def last_rows(path: Path) -> dict[str, LedgerRow]:
    """Return the last row of each photograph, by its path.

    A line that is no row was torn by a crash: its photograph counts as not done.
    """
    rows: dict[str, LedgerRow] = {}
    if not path.exists():
        return rows
    with path.open("rb") as lines:
        for line in lines:
            try:
                row = LedgerRow.model_validate_json(line)
            except ValidationError:
                continue
            rows[row.path] = row
    return rows


class Ledger:
    """Appends rows to a ledger from any thread; each is handed to the operating system at once.

    Raises:
        WriteFailedError: on opening, appending or closing, when the file cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("ab", buffering=0)
            if _is_torn(path):
                self._file.write(b"\n")
        except OSError as error:
            raise write_failure(path, error) from error

    def append(self, row: LedgerRow) -> None:
        """Append a row."""
        line = row.model_dump_json(exclude_defaults=True).encode() + b"\n"
        try:
            with self._lock:
                self._write(line)
        except OSError as error:
            raise write_failure(self._path, error) from error

    def _write(self, line: bytes) -> None:
        while line:
            line = line[self._file.write(line) :]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._file:
            if kind is None:
                try:
                    os.fsync(self._file.fileno())
                except OSError as failure:
                    raise write_failure(self._path, failure) from failure


def _is_torn(path: Path) -> bool:
    with path.open("rb") as file:
        if file.seek(0, os.SEEK_END) == 0:
            return False
        file.seek(-1, os.SEEK_END)
        return file.read(1) != b"\n"
