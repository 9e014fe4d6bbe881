"""Tasks of a runner: migrating a shard, and verifying one."""

from rr_tasks.shards.migration import migrate_shard
from rr_tasks.shards.verification import verify_shard
from rr_tasks.storage.claim import make_unless_held
from rr_tasks.storage.held import Held
from schemas.shard import DoneMarker, Spec


def migrate_shard_task(shard: int, source: str, folder: str, spec: Spec) -> DoneMarker | Held:
    """See `rr_tasks.shards.migration.migrate_shard`."""
    return make_unless_held(lambda: migrate_shard(source, folder, spec, shard))


def verify_shard_task(shard: int, folder: str) -> None:
    """See `rr_tasks.shards.verification.verify_shard`."""
    verify_shard(folder, shard)
