"""The ledger of a chunk: a row for each outcome, so that a run can be resumed.

On a disk, it is one file, and every row is appended to it at once. Object storage cannot append, so
rows are written in numbered parts a few seconds later at most, and the parts are joined into one
object when the chunk is finished. A row is written only after its output is in place, so the next
run repeats whatever a killed run had not recorded, with the same result.
"""

import json
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Protocol, Self

from pydantic import ValidationError

from rr_tasks.archive import layout
from rr_tasks.storage.explanation import explain_errors
from rr_tasks.storage.failure import MissingFileError, StorageError, StorageStoppedError
from rr_tasks.storage.folder import Folder
from rr_tasks.storage.local_folder import LocalFolder
from schemas.archive import LedgerRow
from schemas.errors import ExpectedError
from schemas.prior.migrations import UnknownPriorVersionError, migrate

PART_ROWS, PART_SECONDS = 16, 10.0
"""A part is written once it has so many rows, or when a row arrives so long after the last part."""


class DamagedLedgerError(ExpectedError, ValueError):
    """A ledger contains something that this version cannot read; the message names it."""


class Ledger(Protocol):
    """Accepts rows from any thread, within a `with` block.

    Raises:
        StorageError: on opening, appending or closing, when a file cannot be written.
        StorageStoppedError: on appending, if an interrupt has closed the ledger.
    """

    def append(self, row: LedgerRow) -> None:
        """Append a row."""

    def __enter__(self) -> Self:
        """Begin."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Make sure that every row is in storage."""


def open_ledger(output: Folder, chunk: str) -> Ledger:
    """Open the ledger of a chunk, which one task at a time owns."""
    if isinstance(output, LocalFolder):
        return AppendedLedger(Path(output.at(layout.ledger(chunk))))
    return PartedLedger(output, chunk)


def last_rows(output: Folder, chunk: str) -> dict[str, LedgerRow]:
    """Return the last row of each photograph of a chunk, by its path; see `all_rows`."""
    return {row.path: row for row in all_rows(output, chunk)}


def all_rows(output: Folder, chunk: str) -> Iterator[LedgerRow]:
    """Yield the rows of a chunk, oldest first.

    A line that is not JSON was torn by a crash; its photograph counts as not done.

    Raises:
        DamagedLedgerError: a line is a row of an unknown version.
        StorageError: storage refuses.
    """
    contents: dict[str, bytes] = {}
    # The joined ledger is read last, because parts are only removed after they are joined.
    for path in (*reversed(_parts(output, chunk)), layout.ledger(chunk)):
        with suppress(MissingFileError):
            contents[path] = output.read(path)
    for path, content in reversed(contents.items()):
        yield from _rows(content, output.at(path))


def is_whole(output: Folder, chunk: str) -> bool:
    """Whether all parts are joined; some may be left after a run was killed."""
    return not _parts(output, chunk)


def _rows(content: bytes, where: str) -> Iterable[LedgerRow]:
    # not splitlines, which also splits at line separators within a file's name
    for line in content.split(b"\n"):
        try:
            yield _parse(line)
        except ValidationError as error:
            problem = error.errors()[0]
            if problem["type"] != "json_invalid":
                field = ".".join(map(str, problem["loc"]))
                raise DamagedLedgerError(
                    f"{where} holds a row that this version cannot read ({field}: "
                    f"{problem['msg']}); update this package, or restore the file from a backup"
                ) from error


def _parse(line: bytes) -> LedgerRow:
    """Parse a row; a prior of an older version is migrated, one of a newer version is invalid."""
    try:
        return LedgerRow.model_validate_json(line)
    except ValidationError as error:
        if error.errors()[0]["loc"] != ("prior", "schema_version"):
            raise
        row = json.loads(line)
        with suppress(UnknownPriorVersionError):
            row["prior"] = migrate(row["prior"])
        return LedgerRow.model_validate_json(json.dumps(row))


def _line(row: LedgerRow) -> bytes:
    return row.model_dump_json(exclude_none=True).encode() + b"\n"


def _parts(output: Folder, chunk: str) -> list[str]:
    """List the parts of a ledger, oldest first."""
    folder = layout.ledger_parts(chunk)
    return [f"{folder}/{name}" for name in output.names(folder)]


class AppendedLedger:
    """Appends rows to a file and hands each to the operating system at once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        with explain_errors(str(path)):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("ab", buffering=0)
            if _is_torn(path):
                self._file.write(b"\n")

    def append(self, row: LedgerRow) -> None:
        """Append a row."""
        with explain_errors(str(self._path)), self._lock:
            if self._file.closed:  # an output without a row stays, and the next run repeats it
                raise StorageStoppedError(f"{self._path} is closed, because the run was stopped")
            self._write(_line(row))

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
        with self._lock, self._file, explain_errors(str(self._path)):
            if kind is None:
                os.fsync(self._file.fileno())


class PartedLedger:
    """Writes rows in numbered parts, and joins all parts at the end of a chunk."""

    def __init__(self, output: Folder, chunk: str) -> None:
        self._output, self._chunk = output, chunk
        parts = _parts(output, chunk)
        self._following = 1 + int(Path(parts[-1]).stem) if parts else 0
        self._lines: list[bytes] = []
        self._put_at = time.monotonic()
        self._lock = Lock()

    def append(self, row: LedgerRow) -> None:
        """Accept a row, and write the waiting rows when they are due."""
        with self._lock:
            self._lines.append(_line(row))
            late = time.monotonic() - self._put_at >= PART_SECONDS
            if late or len(self._lines) >= PART_ROWS:
                self._put()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self._put()
            self._join()
        else:
            with suppress(StorageError):  # what went wrong first is what is raised
                self._put()

    def _put(self) -> None:
        if self._lines:
            rows = b"".join(self._lines)
            # A run that was thought dead may have written a part of this number.
            while not self._output.write_if_absent(self._part(), rows):
                self._following += 1
            self._following += 1
            self._lines.clear()
        self._put_at = time.monotonic()

    def _part(self) -> str:
        return f"{layout.ledger_parts(self._chunk)}/{self._following:07d}.jsonl"

    def _join(self) -> None:
        """Join all parts; if killed halfway, parts remain whose rows are already joined."""
        parts = _parts(self._output, self._chunk)
        if parts:
            rows = last_rows(self._output, self._chunk)
            self._output.write(layout.ledger(self._chunk), b"".join(map(_line, rows.values())))
        for part in parts:
            self._output.remove(part)


def _is_torn(path: Path) -> bool:
    with path.open("rb") as file:
        if file.seek(0, os.SEEK_END) == 0:
            return False
        file.seek(-1, os.SEEK_END)
        return file.read(1) != b"\n"
