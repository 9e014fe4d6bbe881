"""Task of a runner: one restored chunk of an archive."""

from functools import partial

from rr_tasks.archive.restore import restore_chunk
from rr_tasks.engine import Engine, load_engine
from rr_tasks.progress import Progress, report
from schemas.archive import ChunkCounts, Counts, RestoreParameters


def restore_chunk_task(chunk: str, parameters: RestoreParameters) -> ChunkCounts:
    """See `rr_tasks.archive.restore.restore_chunk`; weights are loaded once per process."""
    return restore_chunk(chunk, parameters, engine_for(parameters), partial(_report, chunk))


def engine_for(parameters: RestoreParameters) -> Engine:
    """The engine with the weights that the parameters name, by default the shipped ones."""
    return load_engine(parameters.reasoner, parameters.restorer)


def _report(chunk: str, counts: Counts) -> None:
    report(Progress(chunk, counts.total, counts.failed))
