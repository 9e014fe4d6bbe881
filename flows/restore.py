"""A folder of degraded photographs -> a mirrored folder of restored ones, with a report."""

from collections.abc import Callable

import polars as pl
from prefect import flow

from flows.artifacts import publish_note, publish_table
from flows.launch import in_flow_run, task_runner
from flows.progress import Advance, progress
from flows.shards import run_shards
from rr_tasks.archive.check import check_folders
from rr_tasks.archive.claim import claimed
from rr_tasks.archive.run import finish, prepare
from rr_tasks.archive.tasks import engine_for, restore_chunk_task
from schemas.archive import ChunkCounts, Counts, RestoreParameters, RunSummary


@flow(name="restore", task_runner=task_runner())
def restore(parameters: RestoreParameters) -> RunSummary:
    """Restore every photograph that is not restored yet; one that fails never stops the others."""
    check_folders(parameters.input, parameters.output)
    with claimed(parameters.output):
        plan = prepare(parameters)
        chunks = _restore_chunks(plan.chunks, plan.found, parameters)
        summary = finish(parameters, plan, chunks, engine_for(parameters).identity)
    publish_table("counts", pl.DataFrame([summary.counts.model_dump()]), "This run, by outcome")
    publish_note("report", f"Report: `{summary.report}`\n\nFailures: `{summary.failures}`")
    return summary


def _restore_chunks(
    chunks: tuple[str, ...], found: int, parameters: RestoreParameters
) -> list[ChunkCounts]:
    if in_flow_run():  # tasks may run on other machines, so only whole chunks are reported
        return run_shards(restore_chunk_task, chunks, parameters, label="Restore chunks")
    with progress("Restore photographs", found) as advance:
        return run_shards(restore_chunk_task, chunks, parameters, _totals_on(advance), label=None)


def _totals_on(advance: Advance) -> Callable[[str, Counts], None]:
    totals: dict[str, Counts] = {}

    def report(chunk: str, counts: Counts) -> None:
        totals[chunk] = counts
        total = sum(totals.values(), Counts())
        advance(total.total, f"{total.failed} failed" if total.failed else "")

    return report
