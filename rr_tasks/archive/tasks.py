"""Prefect task: one restored chunk of an archive."""

from collections.abc import Callable
from functools import partial

from rr_tasks.archive.restore import restore_chunk
from rr_tasks.engine import Engine, load_engine
from rr_tasks.tasks import shard_task
from schemas.archive import ChunkCounts, Counts, RestoreParameters


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


def engine_for(parameters: RestoreParameters) -> Engine:
    """The engine with the weights that the parameters name, by default the shipped ones."""
    return load_engine(parameters.reasoner, parameters.restorer)
