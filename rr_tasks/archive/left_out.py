"""The table of files that are left out, written while the archive is being listed."""

from collections.abc import Iterator
from contextlib import contextmanager

from rr_tasks.archive.layout import LEFT_OUT
from rr_tasks.archive.listing import OnLeftOut
from rr_tasks.storage.folder import Folder
from rr_tasks.storage.names import to_display, to_text
from rr_tasks.storage.scratch import scratch_folder
from rr_tasks.storage.spreadsheet import csv_rows


@contextmanager
def record_left_out(output: Folder) -> Iterator[OnLeftOut]:
    """Yield a function that adds an entry to the table; publish the table at the end of the block.

    Raises:
        StorageError: the table cannot be written.
    """
    with scratch_folder() as scratch:
        path = scratch / "table"
        with path.open("w", encoding="utf-8", newline="") as file:
            add = csv_rows(file)
            add("path", "kind")
            yield lambda entry: add(to_display(to_text(entry.path)), entry.kind)
        output.upload(LEFT_OUT, path)
