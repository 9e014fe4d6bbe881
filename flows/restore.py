"""A folder of degraded photographs -> a mirrored folder of restored ones, with a report."""

from flows.host import host
from flows.markdown import write_pairs, write_places, write_text
from flows.metrics.counters import count_failures
from flows.progress import follow
from flows.shards import share_shards
from rr_tasks.archive.companions import copy_companions
from rr_tasks.archive.outcome import WORDS
from rr_tasks.archive.restore import find_finished
from rr_tasks.archive.run import finish, prepare
from rr_tasks.archive.tasks import engine_for, restore_chunk_task
from rr_tasks.engine import check_engine
from rr_tasks.plural import say_count
from rr_tasks.storage.held import Held
from schemas.archive import RestoreParameters, RunSummary


def restore(parameters: RestoreParameters) -> RunSummary:
    """Restore every photograph that is not restored yet; one that fails never stops the others."""
    licence = check_engine(
        parameters.reasoner, parameters.restorer, commercial=parameters.commercial
    )
    if licence is not None:
        host().say(f"Licence of the model that restores: {licence}")
    with follow("Looking for photographs", None):
        plan = prepare(parameters, _say_who_plans)
    identity = engine_for(parameters).identity
    with follow("Restore photographs", plan.found):
        finished = find_finished(parameters, plan.chunks, identity)
        chunks = share_shards(
            restore_chunk_task,
            plan.chunks,
            parameters,
            label=None,
            workers=1,  # each restores several photographs at a time
            finished=finished,
            gpu="qwen" in {parameters.reasoner.kind, parameters.restorer.kind},
        )
    with follow("Copy companions", plan.companions):
        copied = copy_companions(parameters, _say_who_copies)
    summary = finish(
        parameters, plan, chunks, identity, _say_who_reports, copied=copied, licence=licence
    )
    count_failures(summary.reasons)
    _publish(summary)
    return summary


def _publish(summary: RunSummary) -> None:
    rows = [{"outcome": WORDS[name], "photographs": count} for name, count in summary.counts]
    host().publish_table("counts", rows, "Photographs of this run by outcome")
    output, message = summary.parameters.output, describe_run(summary)
    places = {
        "restored photographs": output,
        "report": summary.report,
        "failures": summary.failures,
    }
    parts = [f"**{write_text(message)}**", write_pairs(output), write_places(places)]
    host().publish_note("report", "\n\n".join(filter(None, parts)), "Pictures, and where to look")
    failed = summary.archive.failed + summary.companions.failed + len(summary.unreadable)
    host().conclude(message, failed=failed)


def describe_run(summary: RunSummary) -> str:
    """Say how many photographs had which outcome; rare ones only if there are any."""
    always = ("restored", "failed")
    parts = [
        f"{count:,} {WORDS[name]}" for name, count in summary.counts if count or name in always
    ]
    return f"{say_count(summary.found, 'photograph')}: {', '.join(parts)}"


def _say_who_plans(held: Held) -> None:
    host().say(f"The archive is being listed by {held.owner}; {held.wait_in_words}")


def _say_who_copies(held: Held) -> None:
    host().say(f"Companions are being copied by {held.owner}; {held.wait_in_words}")


def _say_who_reports(held: Held) -> None:
    host().say(f"The report is being written by {held.owner}; {held.wait_in_words}")
