"""Task of a runner: evaluates one shard."""

from rr_tasks.evaluation.images.shard import evaluate_shard
from rr_tasks.evaluation.images.trial import open_trial
from rr_tasks.storage.claim import Held, make_unless_held
from schemas.parameters import EvaluateParameters


def evaluate_shard_task(
    shard: int, shards: str, folder: str, parameters: EvaluateParameters
) -> str | Held:
    """See `rr_tasks.evaluation.images.shard.evaluate_shard`; weights load once a process."""
    trial = open_trial(shards, parameters)
    return make_unless_held(lambda: evaluate_shard(trial, shard, folder))
