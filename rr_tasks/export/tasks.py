"""Prefect tasks: one exported shard."""

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.tasks import exponential_backoff

from rr_tasks.export.hub import export_hub_shard
from rr_tasks.export.messages import export_messages_shard
from rr_tasks.export.source import Source
from rr_tasks.retries import is_transient
from rr_tasks.storage.claim import Held, unless_held
from schemas.export import HubExport, MessagesExport
from schemas.shard import DoneMarker


@task(
    name="export shard for hf",
    task_run_name="export-{shard:05d}",
    retries=3,
    retry_delay_seconds=exponential_backoff(2),
    retry_condition_fn=is_transient,
    cache_policy=NO_CACHE,
)
def export_hub_shard_task(
    shard: int, output: str, spec: HubExport, source: Source
) -> DoneMarker | Held:
    """See `rr_tasks.export.hub.export_hub_shard`."""
    return unless_held(lambda: export_hub_shard(output, spec, source, shard))


@task(
    name="export shard as messages",
    task_run_name="export-{shard:05d}",
    retries=3,
    retry_delay_seconds=exponential_backoff(2),
    retry_condition_fn=is_transient,
    cache_policy=NO_CACHE,
)
def export_messages_shard_task(
    shard: int, output: str, spec: MessagesExport, source: Source
) -> str | Held:
    """See `rr_tasks.export.messages.export_messages_shard`."""
    return unless_held(lambda: export_messages_shard(output, spec, source, shard))
