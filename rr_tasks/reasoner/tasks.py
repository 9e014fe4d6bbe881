"""Prefect task: one annotated shard."""

from rr_tasks.reasoner.annotation import annotate_shard
from rr_tasks.reasoner.edge import EdgeReasoner
from rr_tasks.storage.claim import Held, make_unless_held
from rr_tasks.tasks import shard_task
from rr_tasks.weights.remembered import remembered
from schemas.shard import AnnotationSpec, DoneMarker

load_reasoner = remembered(EdgeReasoner.load)


@shard_task("annotate shard", "annotate-{shard:05d}")
def annotate_shard_task(
    shard: int, shards: str, folder: str, spec: AnnotationSpec, weights: str | None
) -> DoneMarker | Held:
    """See `rr_tasks.reasoner.annotation.annotate_shard`; weights are loaded once per process."""
    return make_unless_held(
        lambda: annotate_shard(shards, folder, spec, load_reasoner(weights), shard)
    )
