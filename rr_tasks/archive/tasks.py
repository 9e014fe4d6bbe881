"""Prefect task: one restored chunk of an archive."""

from collections.abc import Callable
from functools import partial

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.tasks import exponential_backoff

from rr_tasks.archive.restore import restore_chunk
from rr_tasks.restorer.engine import EdgeEngine
from rr_tasks.retries import is_transient
from rr_tasks.weights.remembered import remembered
from schemas.archive import ChunkCounts, Counts, RestoreParameters

_load_engine = remembered(EdgeEngine.load)


@task(
    name="restore chunk",
    task_run_name="restore-{chunk}",
    retries=3,
    retry_delay_seconds=exponential_backoff(2),
    retry_condition_fn=is_transient,
    cache_policy=NO_CACHE,
)
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
    return _load_engine(parameters.reasoner, parameters.restorer)
