"""Prefect task: one synthesized shard."""

from collections.abc import Sequence

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.tasks import exponential_backoff

from rr_tasks.degrade.synthesis import synthesize_shard
from rr_tasks.retries import is_transient
from rr_tasks.storage.claim import Held, unless_held
from schemas.shard import DoneMarker, SynthesisSpec


@task(
    name="synthesize shard",
    task_run_name="synthesize-{shard:05d}",
    retries=3,
    retry_delay_seconds=exponential_backoff(2),
    retry_condition_fn=is_transient,
    cache_policy=NO_CACHE,
)
def synthesize_shard_task(
    shard: int, folder: str, spec: SynthesisSpec, photographs: Sequence[str]
) -> DoneMarker | Held:
    """See `rr_tasks.degrade.synthesis.synthesize_shard`."""
    return unless_held(lambda: synthesize_shard(folder, spec, photographs, shard))
