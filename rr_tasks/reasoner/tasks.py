"""Prefect task: one annotated shard."""

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.tasks import exponential_backoff

from rr_tasks.reasoner.annotation import annotate_shard
from rr_tasks.reasoner.edge import EdgeReasoner
from rr_tasks.retries import is_transient
from rr_tasks.storage.claim import Held, unless_held
from rr_tasks.weights.remembered import remembered
from schemas.shard import AnnotationSpec, DoneMarker

load_reasoner = remembered(EdgeReasoner.load)


@task(
    name="annotate shard",
    task_run_name="annotate-{shard:05d}",
    retries=3,
    retry_delay_seconds=exponential_backoff(2),
    retry_condition_fn=is_transient,
    cache_policy=NO_CACHE,
)
def annotate_shard_task(
    shard: int, shards: str, folder: str, spec: AnnotationSpec, weights: str | None
) -> DoneMarker | Held:
    """See `rr_tasks.reasoner.annotation.annotate_shard`; weights are loaded once per process."""
    return unless_held(lambda: annotate_shard(shards, folder, spec, load_reasoner(weights), shard))
