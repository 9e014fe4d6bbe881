"""Prefect task: one evaluated shard."""

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.tasks import exponential_backoff

from rr_tasks.evaluation.shard import evaluate_shard
from rr_tasks.reasoner.tasks import load_reasoner
from rr_tasks.restorer.photograph import PhotographRestorer
from rr_tasks.retries import is_transient
from rr_tasks.storage.claim import Held, unless_held
from rr_tasks.weights.remembered import remembered

load_restorer = remembered(PhotographRestorer.load)


@task(
    name="evaluate shard",
    task_run_name="evaluate-{shard:05d}",
    retries=3,
    retry_delay_seconds=exponential_backoff(2),
    retry_condition_fn=is_transient,
    cache_policy=NO_CACHE,
)
def evaluate_shard_task(
    shard: int, shards: str, folder: str, reasoner: str, restorer: str
) -> str | Held:
    """See `rr_tasks.evaluation.shard.evaluate_shard`; weights are loaded once per process."""
    return unless_held(
        lambda: evaluate_shard(
            shards, shard, folder, load_reasoner(reasoner), load_restorer(restorer)
        )
    )
