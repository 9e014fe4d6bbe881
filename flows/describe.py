"""Shards -> their ground truth, with the scenes that a teacher sees on the clean photographs."""

from flows.annotate import find_parent
from flows.asking import ask_about_shards, publish_spending
from flows.samples import conclude_shards
from flows.verify import verify_shards
from rr_tasks.reasoner.description import plan_description
from rr_tasks.reasoner.tasks import describe_shard_task
from rr_tasks.reasoner.teacher import load_teacher
from rr_tasks.shards.spec import open_folder
from schemas.parameters.description import DescribeParameters


def describe(parameters: DescribeParameters) -> str:
    """Describe every clean photograph not yet described and return the folder of the truths."""
    if parameters.verify:
        verify_shards(parameters.shards, parameters.workers)
    spec = plan_description(parameters.shards, load_teacher(parameters.teacher))
    folder = open_folder(parameters.output or find_parent(parameters.shards), spec)
    markers = ask_about_shards(
        describe_shard_task,
        parameters.shards,
        folder,
        spec,
        parameters.teacher,
        choice=parameters.teacher,
        label="Describe photographs",
        workers=parameters.workers,
    )
    conclude_shards("described-shards", markers, f"Truths with scenes in {folder}")
    publish_spending(folder)
    return folder
