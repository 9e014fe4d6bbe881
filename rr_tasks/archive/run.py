"""A run over an archive: prepare it, restore its chunks in any order, finish it."""

import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial

from rr_tasks.archive import layout
from rr_tasks.archive.check import FolderError, check_folders
from rr_tasks.archive.companions import Copied
from rr_tasks.archive.ledger import last_rows
from rr_tasks.archive.left_out import record_left_out
from rr_tasks.archive.listing import Listing, walk_archive
from rr_tasks.archive.plan import current_items, extend_plan
from rr_tasks.archive.reasons import count_reasons
from rr_tasks.archive.reconcile import reconcile
from rr_tasks.archive.report import Findings, write_report
from rr_tasks.archive.rivals import identify_for
from rr_tasks.confinement.process import get_ready
from rr_tasks.display import to_line
from rr_tasks.photographs.confined import develop_in_steps
from rr_tasks.photographs.selection import Selection
from rr_tasks.storage.claim import OnHeld, claim_in_turn
from rr_tasks.storage.failure import StorageError
from rr_tasks.storage.folder import Folder
from rr_tasks.storage.folders import open_folder
from rr_tasks.storage.leftovers import remove_dead_claims
from rr_tasks.storage.names import to_display
from rr_tasks.storage.spreadsheet import csv_rows
from rr_tasks.storage.threads import map_in_threads
from schemas.archive import (
    ArchivePlan,
    Chunk,
    ChunkCounts,
    Counts,
    LedgerRow,
    RestoreParameters,
    RunSummary,
)


def prepare(parameters: RestoreParameters, on_held: OnHeld | None = None) -> ArchivePlan:
    """Check the folders, list the archive, and plan whatever is not planned yet.

    Runs that share an output folder do this one after another.

    Args:
        parameters: the run's parameters.
        on_held: called if this run has to wait for another.

    Raises:
        FolderError: the folders cannot be used.
        DamagedPlanError: the plan of an earlier run cannot be read.
        StorageError: storage refuses.
    """
    selection = Selection(parameters.include, parameters.exclude)
    check_folders(parameters.input, parameters.output, selection, parameters.only)
    get_ready(develop_in_steps)
    source, output = open_folder(parameters.input), open_folder(parameters.output)
    output.remove_leftovers(layout.OWN)
    with suppress(StorageError):
        remove_dead_claims(output.at(layout.CLAIMS))
    with claim_in_turn(output.at(layout.PLANNING), on_held), record_left_out(output) as record:
        listing = Listing(walk_archive(source, output, parameters), record)
        plan = extend_plan(output, listing, parameters.chunk_size, identify_for(source, output))
    if plan.found == 0:
        raise FolderError(f"the photographs of the input folder {source.url} have just disappeared")
    return plan


def finish(
    parameters: RestoreParameters,
    plan: ArchivePlan,
    chunks: Iterable[ChunkCounts],
    engine: str,
    on_held: OnHeld | None = None,
    *,
    copied: Copied | None = None,
    licence: str | None = None,
) -> RunSummary:
    """Reconcile the counts and write the report, the failure list and the summary.

    Args:
        parameters: the run's parameters.
        plan: what `prepare` returned.
        chunks: what `restore_chunk` returned for each of its chunks.
        engine: identity of the engine.
        on_held: called if this run has to wait for another.
        copied: what `copy_companions` returned, if it was called.
        licence: of the model that restored, if it is a published one.

    Raises:
        CountsDisagreeError: found differs from restored + clean + skipped + failed, in this run or
            in the ledgers; nothing is written then.
        StorageError: storage refuses, or a file cannot be written.
    """
    output = open_folder(parameters.output)
    copied = copied or Copied()
    counts = sum(chunks, Counts())
    reconcile(plan.found, counts)
    with claim_in_turn(output.at(layout.REPORTING), on_held):
        findings = Findings(output, parameters.previews)
        for row in current_rows(output, plan.chunks):
            findings.add(row)
        reconcile(plan.found, findings.counts)
        places = {"input": to_line(parameters.input), "output": to_line(parameters.output)}
        summary = RunSummary(
            parameters=parameters.model_copy(update=places),  # to show: they may be no text
            engine=engine,
            licence=licence,
            finished_at=datetime.now(UTC).isoformat(timespec="seconds"),
            found=plan.found,
            left_out=plan.left_out,
            unreadable=plan.unreadable,
            counts=counts,
            archive=findings.counts,
            reasons=count_reasons(reason for _, reason in findings.failures),
            usage=findings.usage,
            companions=copied.counts,
            report=to_line(output.at(layout.REPORT)),
            failures=to_line(output.at(layout.FAILURES)),
        )
        _write_failures(output, [*findings.failures, *copied.failures])
        write_report(open_folder(parameters.input), output, summary, findings)
        output.write(layout.SUMMARY, (summary.model_dump_json(indent=2) + "\n").encode())
    return summary


def current_rows(output: Folder, chunks: Sequence[Chunk]) -> Iterator[LedgerRow]:
    """Yield the last row of every photograph that is in the archive, chunk by chunk."""
    for rows in map_in_threads(partial(_current_rows, output), chunks):
        yield from rows


def _current_rows(output: Folder, chunk: Chunk) -> list[LedgerRow]:
    rows = last_rows(output, chunk.id)
    return [rows[item.path] for item in current_items(output, chunk) if item.path in rows]


def _write_failures(output: Folder, failures: list[tuple[str, str]]) -> None:
    with io.StringIO() as table:
        add = csv_rows(table)
        add("path", "reason")
        for name, reason in sorted(failures):
            add(to_display(name), reason)
        output.write(layout.FAILURES, table.getvalue().encode())
