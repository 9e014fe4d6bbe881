"""Prefect task: one restored chunk of an archive."""

from functools import lru_cache
from pathlib import Path

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.tasks import exponential_backoff

from rr_tasks.archive.restore import Progress, restore_chunk
from rr_tasks.restorer.engine import EdgeEngine
from rr_tasks.retries import is_transient
from schemas.archive import ChunkCounts, RestoreParameters

load_engine = lru_cache(maxsize=1)(EdgeEngine.load)


@task(
    name="restore chunk",
    task_run_name="restore-{chunk}",
    retries=3,
    retry_delay_seconds=exponential_backoff(2),
    retry_condition_fn=is_transient,
    cache_policy=NO_CACHE,
)
def restore_chunk_task(
    chunk: str, parameters: RestoreParameters, on_progress: Progress | None = None
) -> ChunkCounts:
    """See `rr_tasks.archive.restore.restore_chunk`; weights are loaded once per process."""
    engine = load_engine(_path(parameters.reasoner), _path(parameters.restorer))
    return restore_chunk(chunk, parameters, engine, on_progress)


def _path(weights: str | None) -> Path | None:
    return Path(weights) if weights else None
