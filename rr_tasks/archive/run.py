"""A run over an archive: prepare it, restore its chunks in any order, finish it."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial

import polars as pl

from rr_tasks.archive import layout
from rr_tasks.archive.check import FolderError, check_folders
from rr_tasks.archive.folder import Folder, open_folder
from rr_tasks.archive.ledger import last_rows
from rr_tasks.archive.listing import listing_of
from rr_tasks.archive.names import to_display
from rr_tasks.archive.plan import current_items, extend_plan
from rr_tasks.archive.reconcile import reconcile
from rr_tasks.archive.report import Findings, write_report
from rr_tasks.storage.threads import map_in_threads
from schemas.archive import (
    ArchivePlan,
    ChunkCounts,
    Counts,
    LedgerRow,
    RestoreParameters,
    RunSummary,
)


def prepare(parameters: RestoreParameters) -> ArchivePlan:
    """Check the folders, list the archive, and plan what is not planned yet.

    Raises:
        FolderError: the folders cannot be used.
        DamagedPlanError: the plan of an earlier run cannot be read.
        WriteFailedError: the plan cannot be written.
        StorageError: storage refuses.
    """
    check_folders(parameters.input, parameters.output)
    source, output = open_folder(parameters.input), open_folder(parameters.output)
    output.remove_leftovers()
    plan = extend_plan(output, listing_of(source, output), parameters.chunk_size)
    if plan.found == 0:
        raise FolderError(f"the photographs of the input folder {source.url} have just disappeared")
    return plan


def finish(
    parameters: RestoreParameters, plan: ArchivePlan, chunks: Iterable[ChunkCounts], engine: str
) -> RunSummary:
    """Reconcile the counts and write the report, the failure list and the summary.

    Args:
        parameters: the run's parameters.
        plan: what `prepare` returned.
        chunks: what `restore_chunk` returned for each of its chunks.
        engine: identity of the engine.

    Raises:
        CountsDisagreeError: found is not restored + clean + skipped + failed, in this run or in the
            ledgers; nothing is written then.
        WriteFailedError: a file cannot be written.
        StorageError: storage refuses.
    """
    output = open_folder(parameters.output)
    counts = sum(chunks, Counts())
    reconcile(plan.found, counts)
    findings = Findings(output, parameters.previews)
    for row in current_rows(output, plan.chunks):
        findings.add(row)
    reconcile(plan.found, findings.counts)
    summary = RunSummary(
        parameters=parameters,
        engine=engine,
        finished_at=datetime.now(UTC).isoformat(timespec="seconds"),
        found=plan.found,
        ignored=plan.ignored,
        unreadable=plan.unreadable,
        counts=counts,
        archive=findings.counts,
        report=output.at(layout.REPORT),
        failures=output.at(layout.FAILURES),
    )
    _write_failures(output, findings.failures)
    write_report(output, summary, findings)
    output.write(layout.SUMMARY, (summary.model_dump_json(indent=2) + "\n").encode())
    return summary


def current_rows(output: Folder, chunks: Sequence[str]) -> Iterator[LedgerRow]:
    """Yield the last row of every photograph that is in the archive, chunk by chunk."""
    for rows in map_in_threads(partial(_current_rows, output), chunks):
        yield from rows


def _current_rows(output: Folder, chunk: str) -> list[LedgerRow]:
    rows = last_rows(output, chunk)
    return [rows[item.path] for item in current_items(output, chunk) if item.path in rows]


def _write_failures(output: Folder, failures: list[tuple[str, str]]) -> None:
    schema = {"path": pl.String, "reason": pl.String}
    rows = [(to_display(name), reason) for name, reason in sorted(failures)]
    text = pl.DataFrame(rows, schema=schema, orient="row").write_csv()
    output.write(layout.FAILURES, text.encode())
