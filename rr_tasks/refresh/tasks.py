"""Prefect task: one compared shard."""

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.tasks import exponential_backoff

from rr_tasks.refresh.comparison import compare_shard
from rr_tasks.retries import is_transient


@task(
    name="compare shard",
    task_run_name="compare-{shard:05d}",
    retries=3,
    retry_delay_seconds=exponential_backoff(2),
    retry_condition_fn=is_transient,
    cache_policy=NO_CACHE,
)
def compare_shard_task(shard: int, old: str, new: str, folder: str) -> str:
    """See `rr_tasks.refresh.comparison.compare_shard`."""
    return compare_shard(old, new, folder, shard)
