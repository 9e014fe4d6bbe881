"""Degraded shards -> the reasoner's diagnostic priors."""

from pathlib import Path

from flows.asking import ask_about_shards, publish_spending
from flows.samples import conclude_shards
from flows.verify import verify_shards
from rr_tasks.reasoner.annotation import open_annotations, plan_annotation
from rr_tasks.reasoner.load import load_reasoner
from rr_tasks.reasoner.tasks import annotate_shard_task
from schemas.parameters.annotation import AnnotateParameters


def annotate(parameters: AnnotateParameters) -> str:
    """Diagnose every degraded photograph not yet diagnosed and return the annotations' folder."""
    if parameters.verify:
        verify_shards(parameters.shards, parameters.workers)
    spec = plan_annotation(parameters.shards, load_reasoner(parameters.reasoner))
    folder = open_annotations(parameters.output or find_parent(parameters.shards), spec)
    markers = ask_about_shards(
        annotate_shard_task,
        parameters.shards,
        folder,
        spec,
        parameters.reasoner,
        choice=parameters.reasoner,
        label="Annotate photographs",
        workers=parameters.workers,
    )
    conclude_shards("annotated-shards", markers, f"Annotations in {folder}")
    publish_spending(folder)
    return folder


def find_parent(folder: str) -> str:
    """Return the folder that holds a folder."""
    if "://" in folder:
        return folder.rstrip("/").rpartition("/")[0]
    return str(Path(folder).absolute().parent)
