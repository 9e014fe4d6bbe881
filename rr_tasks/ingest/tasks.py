"""Task of a runner: ingests one shard of pairs."""

from rr_tasks.ingest.shard import ingest_shard
from rr_tasks.storage.claim import make_unless_held
from rr_tasks.storage.held import Held
from schemas.shard import DoneMarker, IngestSpec


def ingest_shard_task(shard: int, folder: str, spec: IngestSpec, source: str) -> DoneMarker | Held:
    """See `rr_tasks.ingest.shard.ingest_shard`."""
    return make_unless_held(lambda: ingest_shard(folder, spec, source, shard))
