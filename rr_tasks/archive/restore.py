"""Restores one chunk of an archive: decode ahead, diagnose and restore, encode behind."""

import time
from collections.abc import Sequence

from rr_tasks.archive import layout
from rr_tasks.archive.crew import Crew
from rr_tasks.archive.ledger import open_ledger
from rr_tasks.archive.previews import Previews
from rr_tasks.archive.reader import Failed, Opened, Protected, Reader, Skipped
from rr_tasks.archive.reconcile import reconcile
from rr_tasks.archive.resume import ChunkState, Maker, settings_hash
from rr_tasks.archive.window import Window
from rr_tasks.archive.writer import OnProgress, Result, Writer
from rr_tasks.confinement.limits import MIB, Limits
from rr_tasks.cpu import default_workers
from rr_tasks.engine import Engine
from rr_tasks.memory import available_memory
from rr_tasks.photographs.failure import reason_for
from rr_tasks.progress import Progress, report
from rr_tasks.reasoner.usage import metering
from rr_tasks.storage.claim import claim
from rr_tasks.storage.folder import Folder
from rr_tasks.storage.folders import open_folder
from rr_tasks.storage.threads import map_in_threads
from rr_tasks.treatment.course import treat
from schemas.archive import Chunk, ChunkCounts, Counts, RestoreParameters

WAITING_IMAGES = 3
"""One being decoded, one waiting and one being encoded, beside those in the engine."""
WORKER_WEIGHT = 32_000_000
"""8-bit pixels that may be decoded at once for each worker, and once more for those that wait. It
makes peak memory depend on the number of workers, and not on the photographs."""


def _ignore(counts: Counts, pixels: int) -> None:
    """Show nothing."""


def restore_chunk(
    chunk: Chunk,
    parameters: RestoreParameters,
    engine: Engine,
    on_progress: OnProgress = _ignore,
) -> ChunkCounts:
    """Restore every photograph of a chunk that is not finished yet.

    A photograph that cannot be read, restored or written becomes a failed row. Call this again,
    however it ended, and it resumes where it stopped. A chunk with nothing to do is not claimed.

    Each worker has one photograph in the engine at a time, in its own thread that computes alone,
    so the results do not depend on the number of workers.

    Args:
        chunk: a chunk of the plan.
        parameters: the run's parameters.
        engine: diagnoses and restores; called from several threads.
        on_progress: called with the counts and pixels so far after each photograph, in any thread.

    Raises:
        HeldError: another run is restoring the chunk.
        StorageError: storage does not answer, the output takes no more files, or the ledger cannot
            be written.
        DamagedPlanError, DamagedLedgerError: the chunk or its ledger cannot be read.
        CountsDisagreeError: a photograph was lost or counted twice.
    """
    source, output = _open_folders(parameters)
    maker = Maker(engine.identity, settings_hash(parameters))
    state = ChunkState(source, output, chunk, maker)
    if state.is_whole() and not parameters.recheck:
        counts = Counts(skipped=len(state.items))
        on_progress(counts, 0)
    else:
        with claim(output.at(layout.work(chunk.id))):
            # Another run may have restored it just now.
            state = ChunkState(source, output, chunk, maker)
            counts = _restore(state, parameters, engine, on_progress)
    reconcile(len(state.items), counts)
    return ChunkCounts(chunk=chunk.id, found=len(state.items), **counts.model_dump())


def find_finished(
    parameters: RestoreParameters, chunks: Sequence[Chunk], engine: str
) -> dict[Chunk, ChunkCounts]:
    """Return the counts of the chunks where nothing is left to do, by looking at many at a time.

    Chunks without a ledger, which one listing tells, are not looked at, and neither is any if
    outputs are to be checked.

    Args:
        parameters: the run's parameters.
        chunks: those of the plan.
        engine: identity of the engine.

    Raises:
        StorageError, DamagedPlanError, DamagedLedgerError: see `restore_chunk`.
    """
    source, output = _open_folders(parameters)
    maker = Maker(engine, settings_hash(parameters))

    def count(chunk: Chunk) -> ChunkCounts | None:
        state = ChunkState(source, output, chunk, maker)
        found = len(state.items)
        return ChunkCounts(chunk=chunk.id, found=found, skipped=found) if state.is_whole() else None

    names = () if parameters.recheck else output.names(layout.LEDGER)
    begun = {f"{layout.LEDGER}/{name}" for name in names}
    looked = [chunk for chunk in chunks if layout.ledger(chunk.id) in begun]
    finished: dict[Chunk, ChunkCounts] = {}
    for chunk, counts in zip(looked, map_in_threads(count, looked), strict=True):
        if counts is not None:
            finished[chunk] = counts
            report(Progress(chunk.id, counts.total))
    return finished


def _limits_of(parameters: RestoreParameters) -> Limits:
    """Return what reading or writing a photograph may take."""
    memory = MIB * parameters.max_memory if parameters.max_memory else available_memory() // 2
    return Limits(parameters.max_seconds, memory)


def _open_folders(parameters: RestoreParameters) -> tuple[Folder, Folder]:
    return open_folder(parameters.input), open_folder(parameters.output, layout.UNFINISHED)


def _restore(
    state: ChunkState, parameters: RestoreParameters, engine: Engine, on_progress: OnProgress
) -> Counts:
    source, output, chunk = open_folder(parameters.input), state.output, state.chunk.id
    finished = state.is_intact if parameters.recheck else state.is_finished
    workers = parameters.workers or default_workers()
    limits = _limits_of(parameters)
    window = Window(workers + WAITING_IMAGES, (workers + 1) * WORKER_WEIGHT)
    with (
        open_ledger(output, chunk) as ledger,
        Writer(
            output=output,
            originals=source,
            copy_failed=parameters.copy_failed,
            earlier=state.rows,
            ledger=ledger,
            previews=Previews(output, parameters.previews, state.maker),
            window=window,
            maker=state.maker,
            limits=limits,
            workers=workers,
            on_progress=on_progress,
        ) as writer,
        Reader(
            source,
            [item for item in state.items if item.path not in state.rivals],
            finished,
            window,
            max_pixels=parameters.max_pixels,
            limits=limits,
            salvage=parameters.salvage,
        ) as reader,
        Crew(workers, "engine") as crew,
    ):
        for item in state.items:
            if item.path in state.rivals:
                writer.refuse(item, state.rivals[item.path])
        for outcome in reader:
            writer.check()
            crew.check()
            if isinstance(outcome, Skipped):
                writer.skip()
            elif isinstance(outcome, Failed):
                writer.fail(outcome.item, outcome.reason)
            elif isinstance(outcome, Protected):
                writer.protect(outcome)
            else:
                crew.submit(_handle, outcome, parameters, engine, writer, window)
            del outcome  # its pixels are not kept while the next one is waited for
    return writer.counts


def _handle(
    opened: Opened, parameters: RestoreParameters, engine: Engine, writer: Writer, window: Window
) -> None:
    start, prior = time.perf_counter(), None
    with metering() as meter:
        try:
            prior = engine.diagnose(opened.photograph.pixels)
            treated = treat(
                opened.photograph.pixels,
                prior,
                engine,
                parameters,
                protected=bool(opened.photograph.lost) and not parameters.allow_loss,
            )
        except Exception as error:  # noqa: BLE001 - one photograph must not stop the others
            window.leave(opened.weight)
            writer.fail(opened.item, reason_for(error), prior, meter.total())
        except BaseException:
            window.leave(opened.weight)
            raise
        else:
            seconds = time.perf_counter() - start
            writer.put(Result(opened, prior, treated, seconds, meter.total()))
