"""Task of a runner: evaluates one shard."""

from rr_tasks.evaluation.images.shard import evaluate_shard
from rr_tasks.reasoner.load import load_reasoner
from rr_tasks.restorer.load import load_restorer
from rr_tasks.storage.claim import Held, make_unless_held
from schemas.reasoner import ReasonerChoice
from schemas.url import Url


def evaluate_shard_task(
    shard: int, shards: str, folder: str, reasoner: ReasonerChoice, restorer: Url | None
) -> str | Held:
    """See `rr_tasks.evaluation.images.shard.evaluate_shard`; weights load once a process."""
    return make_unless_held(
        lambda: evaluate_shard(
            shards, shard, folder, load_reasoner(reasoner), load_restorer(restorer)
        )
    )
