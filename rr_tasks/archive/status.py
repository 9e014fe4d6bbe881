"""How far an archive is, without running anything."""

import os
from functools import partial

from pydantic import ValidationError

from rr_tasks.archive import layout
from rr_tasks.archive.check import FolderError
from rr_tasks.archive.ledger import last_rows
from rr_tasks.archive.plan import chunk_ids, read_chunk
from rr_tasks.archive.resume import is_of_same_original
from rr_tasks.storage.failure import MissingFileError
from rr_tasks.storage.folder import Folder
from rr_tasks.storage.folders import open_folder
from rr_tasks.storage.leftovers import living_claims
from rr_tasks.storage.names import to_text
from rr_tasks.storage.threads import map_in_threads
from schemas.archive import Counts, LedgerRow, PlanItem, RunSummary
from schemas.status import ArchiveStatus, Failure, Loss


def read_source(output: Folder) -> str:
    """Return the input folder that an output folder belongs to.

    Raises:
        FolderError: `rr restore` did not make the output folder.
        StorageError: storage refuses.
    """
    try:
        return os.fsdecode(output.read(layout.SOURCE))
    except MissingFileError as error:
        raise FolderError(
            f"{output.url} holds no restored archive: {output.at(layout.SOURCE)} is missing; name "
            "the output folder of rr restore"
        ) from error


def inspect_archive(url: str) -> ArchiveStatus:
    """Count outcomes in the ledgers of an output folder, also while runs are at work on it.

    Args:
        url: the output folder.

    Raises:
        FolderError: `rr restore` did not make the folder.
        DamagedPlanError, DamagedLedgerError: the plan or a ledger cannot be read.
        StorageError: storage refuses.
    """
    output = open_folder(url)
    source = read_source(output)
    chunks = chunk_ids(output)
    seen = set[int]()
    left = chunks_left = 0
    rows: list[LedgerRow] = []
    counts = Counts()
    # The newest chunk comes first: a photograph that has changed is planned again.
    for items, last in map_in_threads(partial(_read, output), chunks[::-1]):
        unfinished = 0
        for item in items:
            if hash(item.path) in seen:
                continue
            seen.add(hash(item.path))
            row = last.get(item.path)
            if row is None or not is_of_same_original(row, item):
                unfinished += 1
                continue
            counts += Counts(**{row.status: 1})
            if row.status == "failed" or row.lost:
                rows.append(row)
        left += unfinished
        chunks_left += unfinished > 0
    rows.sort(key=lambda row: row.path)
    return ArchiveStatus(
        output=to_text(output.url),
        source=to_text(source),
        planned=len(seen),
        left=left,
        counts=counts,
        chunks=len(chunks),
        chunks_left=chunks_left,
        running=tuple(sorted({held.owner for held in living_claims(output.at(layout.CLAIMS))})),
        failures=tuple(
            Failure(path=row.path, reason=row.reason or "unknown")
            for row in rows
            if row.status == "failed"
        ),
        losses=tuple(
            Loss(path=row.path, status=row.status, lost=row.lost) for row in rows if row.lost
        ),
        last=read_summary(output),
    )


def _read(output: Folder, chunk: str) -> tuple[list[PlanItem], dict[str, LedgerRow]]:
    return read_chunk(output, chunk), last_rows(output, chunk)


def read_summary(output: Folder) -> RunSummary | None:
    """Read the summary of the last finished run; None if there is none of this release.

    Raises:
        StorageError: storage refuses.
    """
    try:
        return RunSummary.model_validate_json(output.read(layout.SUMMARY))
    except (MissingFileError, ValidationError):
        return None
