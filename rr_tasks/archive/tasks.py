"""Prefect task: one restored chunk of an archive."""

from collections.abc import Callable
from functools import partial

from rr_tasks.archive.restore import restore_chunk
from rr_tasks.reasoner.load import load_reasoner
from rr_tasks.restorer.engine import EdgeEngine
from rr_tasks.restorer.photograph import PhotographRestorer
from rr_tasks.tasks import shard_task
from rr_tasks.weights.remembered import remembered
from schemas.archive import ChunkCounts, Counts, RestoreParameters

_load_restorer = remembered(PhotographRestorer.load)


@shard_task("restore chunk", "restore-{chunk}")
def restore_chunk_task(
    chunk: str,
    parameters: RestoreParameters,
    on_progress: Callable[[str, Counts], None] | None = None,
) -> ChunkCounts:
    """See `rr_tasks.archive.restore.restore_chunk`; weights are loaded once per process.

    `on_progress` is told the chunk and its counts so far, after each photograph.
    """
    engine = engine_for(parameters)
    report = partial(on_progress, chunk) if on_progress else None
    return restore_chunk(chunk, parameters, engine, report)


def engine_for(parameters: RestoreParameters) -> EdgeEngine:
    """The engine with the weights that the parameters name, by default the shipped ones."""
    return EdgeEngine(load_reasoner(parameters.reasoner), _load_restorer(parameters.restorer))
