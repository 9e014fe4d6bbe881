"""Task of a runner: compares one shard."""

from rr_tasks.refresh.comparison import compare_shard


def compare_shard_task(shard: int, old: str, new: str, folder: str) -> str:
    """See `rr_tasks.refresh.comparison.compare_shard`."""
    return compare_shard(old, new, folder, shard)
