"""Shards -> the certainty that they are what was written."""

from flows.shards import run_shards
from rr_tasks.shards.reader import done_shards
from rr_tasks.shards.tasks import verify_shard_task


def verify_shards(folder: str, workers: int | None = None) -> None:
    """Make sure that the shards of a folder are what was written, by reading all of them.

    Raises:
        ShardDamagedError: one is not; the message names it.
    """
    shards = [marker.shard for marker in done_shards(folder)]
    run_shards(verify_shard_task, shards, folder, label="Verify shards", workers=workers)
