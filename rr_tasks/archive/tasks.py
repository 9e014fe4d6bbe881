"""Task of a runner: restores one chunk of an archive."""

from functools import partial

from rr_tasks.archive.restore import restore_chunk
from rr_tasks.engine import Engine, load_engine
from rr_tasks.progress import Progress, report
from rr_tasks.storage.claim import make_unless_held
from rr_tasks.storage.held import Held
from schemas.archive import Chunk, ChunkCounts, Counts, RestoreParameters


def restore_chunk_task(chunk: Chunk, parameters: RestoreParameters) -> ChunkCounts | Held:
    """See `rr_tasks.archive.restore.restore_chunk`; weights are loaded once per process."""
    engine, on_progress = engine_for(parameters), partial(_report, chunk.id)
    return make_unless_held(lambda: restore_chunk(chunk, parameters, engine, on_progress))


def engine_for(parameters: RestoreParameters) -> Engine:
    """Load the engine with the weights that the parameters name, by default the shipped ones."""
    return load_engine(parameters.reasoner, parameters.restorer)


def _report(chunk: str, counts: Counts, pixels: int) -> None:
    report(Progress(chunk, counts.total, counts.failed, pixels))
