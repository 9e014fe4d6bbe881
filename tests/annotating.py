"""Diagnoses of whole data sets."""

from rr_tasks.reasoner.annotation import annotate_shard, open_annotations, plan_annotation
from rr_tasks.reasoner.protocol import Reasoner
from rr_tasks.shards.reader import done_shards


def annotate_all(shards: str, output: str, reasoner: Reasoner) -> str:
    """Diagnose every sample of a data set, and return the folder, which is made in `output`."""
    spec = plan_annotation(shards, reasoner)
    folder = open_annotations(output, spec)
    for marker in done_shards(shards):
        annotate_shard(shards, folder, spec, reasoner, marker.shard)
    return folder
