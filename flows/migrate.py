"""Shards with priors of an older version -> the same shards with current priors."""

from flows.annotate import find_parent
from flows.host import host
from flows.shards import share_shards
from rr_tasks.shards.migration import open_migrated, plan_migration
from rr_tasks.shards.reader import done_shards, finished_shards
from rr_tasks.shards.tasks import migrate_shard_task
from schemas.parameters.migration import MigrateParameters


def migrate(parameters: MigrateParameters) -> str:
    """Rewrite every finished shard and return the new folder, or the old one if it is current."""
    spec = plan_migration(parameters.shards)
    if spec is None:
        return parameters.shards
    folder = open_migrated(parameters.output or find_parent(parameters.shards), spec)
    markers = share_shards(
        migrate_shard_task,
        [marker.shard for marker in done_shards(parameters.shards)],
        parameters.shards,
        folder,
        spec,
        label="Migrate shards",
        workers=parameters.workers,
        finished=finished_shards(folder),
    )
    rows = [marker.model_dump() for marker in markers]
    host().publish_table("migrated-shards", rows, f"Shards of {folder}")
    return folder
