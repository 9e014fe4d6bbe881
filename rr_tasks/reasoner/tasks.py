"""Tasks of a runner: annotate or describe one shard; models are loaded once a process."""

from rr_tasks.reasoner.annotation import annotate_shard
from rr_tasks.reasoner.description import describe_shard
from rr_tasks.reasoner.load import load_planned_reasoner
from rr_tasks.reasoner.teacher import load_planned_teacher
from rr_tasks.storage.claim import make_unless_held
from rr_tasks.storage.held import Held
from schemas.reasoner import ReasonerChoice, TeacherChoice
from schemas.shard import AnnotationSpec, DescriptionSpec, DoneMarker


def annotate_shard_task(
    shard: int, shards: str, folder: str, spec: AnnotationSpec, reasoner: ReasonerChoice
) -> DoneMarker | Held:
    """See `rr_tasks.reasoner.annotation.annotate_shard`."""
    loaded = load_planned_reasoner(reasoner, spec.reasoner)
    return make_unless_held(lambda: annotate_shard(shards, folder, spec, loaded, shard))


def describe_shard_task(
    shard: int, shards: str, folder: str, spec: DescriptionSpec, teacher: TeacherChoice
) -> DoneMarker | Held:
    """See `rr_tasks.reasoner.description.describe_shard`."""
    loaded = load_planned_teacher(teacher, spec.teacher)
    return make_unless_held(lambda: describe_shard(shards, folder, spec, loaded, shard))
