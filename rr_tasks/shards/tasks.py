"""Prefect task: one rewritten shard."""

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.tasks import exponential_backoff

from rr_tasks.retries import is_transient
from rr_tasks.shards.migration import migrate_shard
from rr_tasks.storage.claim import Held, unless_held
from schemas.shard import DoneMarker, Spec


@task(
    name="migrate shard",
    task_run_name="migrate-{shard:05d}",
    retries=3,
    retry_delay_seconds=exponential_backoff(2),
    retry_condition_fn=is_transient,
    cache_policy=NO_CACHE,
)
def migrate_shard_task(shard: int, source: str, folder: str, spec: Spec) -> DoneMarker | Held:
    """See `rr_tasks.shards.migration.migrate_shard`."""
    return unless_held(lambda: migrate_shard(source, folder, spec, shard))
