"""A folder of degraded photographs -> a mirrored folder of restored ones, with a report."""

from flows.host import host
from flows.progress import follow
from flows.shards import run_shards
from rr_tasks.archive.check import check_folders
from rr_tasks.archive.claim import claimed
from rr_tasks.archive.run import finish, prepare
from rr_tasks.archive.tasks import engine_for, restore_chunk_task
from schemas.archive import RestoreParameters, RunSummary


def restore(parameters: RestoreParameters) -> RunSummary:
    """Restore every photograph that is not restored yet; one that fails never stops the others."""
    check_folders(parameters.input, parameters.output)
    with claimed(parameters.output):
        plan = prepare(parameters)
        with follow("Restore photographs", plan.found):
            chunks = run_shards(restore_chunk_task, plan.chunks, parameters, label=None, workers=1)
        summary = finish(parameters, plan, chunks, engine_for(parameters).identity)
    host().publish_table("counts", [summary.counts.model_dump()], "This run, by outcome")
    host().publish_note("report", f"Report: `{summary.report}`\n\nFailures: `{summary.failures}`")
    return summary
