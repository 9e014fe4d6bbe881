"""Prefect task: one compared shard."""

from rr_tasks.refresh.comparison import compare_shard
from rr_tasks.tasks import shard_task


@shard_task("compare shard", "compare-{shard:05d}")
def compare_shard_task(shard: int, old: str, new: str, folder: str) -> str:
    """See `rr_tasks.refresh.comparison.compare_shard`."""
    return compare_shard(old, new, folder, shard)
