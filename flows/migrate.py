"""Shards with priors of an older version -> the same shards with current priors."""

from flows.annotate import find_parent
from flows.samples import conclude_shards, share_samples
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
    old = done_shards(parameters.shards)
    markers = share_samples(
        migrate_shard_task,
        [marker.shard for marker in old],
        parameters.shards,
        folder,
        spec,
        label="Migrate samples",
        total=sum(marker.samples + marker.failures for marker in old),
        workers=parameters.workers,
        finished=finished_shards(folder),
    )
    conclude_shards("migrated-shards", markers, f"Shards of {folder}")
    return folder
