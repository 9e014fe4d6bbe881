"""Tasks of a runner: each evaluates one shard."""

from rr_tasks.evaluation.images.shard import evaluate_shard
from rr_tasks.evaluation.images.trial import open_trial
from rr_tasks.storage.claim import make_unless_held
from rr_tasks.storage.held import Held
from schemas.parameters.evaluation import EvaluateParameters


def evaluate_shard_task(
    shard: int, shards: str, folder: str, parameters: EvaluateParameters
) -> str | Held:
    """See `rr_tasks.evaluation.images.shard.evaluate_shard`; weights load once a process."""
    trial = open_trial(shards, parameters)
    return make_unless_held(lambda: evaluate_shard(trial, shard, folder))


def compare_shard_task(
    shard: int, shards: str, folder: str, parameters: EvaluateParameters
) -> str | Held:
    """See `rr_tasks.evaluation.images.comparison.compare_shard`; weights load once a process."""
    # Late, because only this needs scikit-image.
    from rr_tasks.evaluation.images.comparison import compare_shard  # noqa: PLC0415

    trial = open_trial(shards, parameters)
    return make_unless_held(lambda: compare_shard(trial, shard, folder))
