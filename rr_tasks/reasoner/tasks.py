"""Task of a runner: annotates one shard."""

from rr_tasks.reasoner.annotation import annotate_shard
from rr_tasks.reasoner.load import load_planned_reasoner
from rr_tasks.storage.claim import Held, make_unless_held
from schemas.reasoner import ReasonerChoice
from schemas.shard import AnnotationSpec, DoneMarker


def annotate_shard_task(
    shard: int, shards: str, folder: str, spec: AnnotationSpec, reasoner: ReasonerChoice
) -> DoneMarker | Held:
    """See `rr_tasks.reasoner.annotation.annotate_shard`; the reasoner is loaded once a process."""
    loaded = load_planned_reasoner(reasoner, spec.reasoner)
    return make_unless_held(lambda: annotate_shard(shards, folder, spec, loaded, shard))
