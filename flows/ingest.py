"""Existing degraded photographs and their clean partners -> shards."""

from flows.host import host
from flows.search import search
from flows.shards import share_shards
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
    markers = share_shards(
        ingest_shard_task,
        range(shard_count(spec)),
        folder,
        spec,
        parameters.folder,
        label="Ingest shards",
        workers=parameters.workers,
        finished=finished_shards(folder),
    )
    rows = [marker.model_dump() for marker in markers]
    host().publish_table("ingested-shards", rows, f"Shards of {folder}")
    return folder
