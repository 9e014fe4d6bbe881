"""A run over an archive: prepare it, restore its chunks in any order, finish it."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from rr_tasks.archive.layout import FolderError, Layout, check_folders
from rr_tasks.archive.ledger import last_rows
from rr_tasks.archive.listing import Listing
from rr_tasks.archive.names import to_display
from rr_tasks.archive.plan import current_items, extend_plan
from rr_tasks.archive.reconcile import reconcile
from rr_tasks.archive.report import Findings, write_report
from rr_tasks.archive.storage import write_whole
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
    """
    source, output = Path(parameters.input), Path(parameters.output)
    check_folders(source, output)
    plan = extend_plan(Layout(output).plan, Listing(source, output), parameters.chunk_size)
    if plan.found == 0:
        raise FolderError(f"the photographs of the input folder {source} have just disappeared")
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
    """
    layout = Layout(Path(parameters.output))
    counts = sum(chunks, Counts())
    reconcile(plan.found, counts)
    findings = Findings(layout.previews, parameters.previews)
    for row in current_rows(layout, plan.chunks):
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
        report=str(layout.report),
        failures=str(layout.failures),
    )
    _write_failures(layout.failures, findings.failures)
    write_report(layout.report, summary, findings)
    write_whole(layout.summary, (summary.model_dump_json(indent=2) + "\n").encode())
    return summary


def current_rows(layout: Layout, chunks: Iterable[str]) -> Iterator[LedgerRow]:
    """Yield the last row of every photograph that is in the archive, chunk by chunk."""
    for chunk in chunks:
        rows = last_rows(layout.ledger(chunk))
        for item in current_items(layout.plan, chunk):
            if item.path in rows:
                yield rows[item.path]


def _write_failures(path: Path, failures: list[tuple[str, str]]) -> None:
    schema = {"path": pl.String, "reason": pl.String}
    rows = [(to_display(name), reason) for name, reason in sorted(failures)]
    text = pl.DataFrame(rows, schema=schema, orient="row").write_csv()
    write_whole(path, text.encode())
