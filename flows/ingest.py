"""Existing degraded photographs and their clean partners -> shards."""

from flows.samples import conclude_shards, share_samples
from flows.search import search
from rr_tasks.ingest.shard import plan_ingest
from rr_tasks.ingest.tasks import ingest_shard_task
from rr_tasks.photographs.selection import Selection
from rr_tasks.shards.reader import finished_shards
from rr_tasks.shards.spec import open_dataset
from schemas.parameters.ingest import IngestParameters
from schemas.shard import shard_count


def ingest(parameters: IngestParameters) -> str:
    """Make the data set, or whatever it lacks, and return its folder."""
    spec, photographs = search(
        plan_ingest,
        parameters.folder,
        parameters.layout,
        parameters.shard_size,
        clean=parameters.clean,
        degraded=parameters.degraded,
        present=parameters.present,
        output=parameters.output,
        selection=Selection(parameters.include, parameters.exclude),
    )
    folder = open_dataset(parameters.output, spec, photographs)
    markers = share_samples(
        ingest_shard_task,
        range(shard_count(spec)),
        folder,
        spec,
        parameters.folder,
        label="Ingest pairs",
        total=spec.samples,
        workers=parameters.workers,
        finished=finished_shards(folder),
    )
    conclude_shards("ingested-shards", markers, f"Shards of {folder}")
    return folder
