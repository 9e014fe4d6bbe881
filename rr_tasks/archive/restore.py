"""Restores one chunk of an archive: decode ahead, diagnose and restore, encode behind."""

import time
from collections.abc import Callable

from rr_tasks.archive import layout
from rr_tasks.archive.folder import open_folder
from rr_tasks.archive.ledger import last_rows, open_ledger
from rr_tasks.archive.plan import current_items
from rr_tasks.archive.previews import Previews
from rr_tasks.archive.reader import Failed, Opened, Outcome, Reader, Skipped
from rr_tasks.archive.reason import EngineError, reason_for
from rr_tasks.archive.reconcile import reconcile
from rr_tasks.archive.resume import Maker, content_hash, is_finished, settings_hash
from rr_tasks.archive.window import Window
from rr_tasks.archive.writer import Result, Writer
from rr_tasks.engine import Engine
from rr_tasks.photographs.pixels import Pixels
from rr_tasks.restorer.treatment import treatment
from schemas.archive import ChunkCounts, Counts, PlanItem, RestoreParameters

WINDOW_IMAGES = 4
"""One being decoded, one waiting, one in the engine, one being encoded."""
WINDOW_WEIGHT = 64_000_000
"""8-bit pixels that may be decoded at once, so that memory does not depend on the photographs."""

Progress = Callable[[Counts], None]


def restore_chunk(
    chunk: str,
    parameters: RestoreParameters,
    engine: Engine,
    on_progress: Progress | None = None,
) -> ChunkCounts:
    """Restore every photograph of a chunk that is not finished yet.

    A photograph that cannot be read, restored or written becomes a failed row. Calling this again,
    after any kind of end, goes on where it stopped. One chunk must not be restored twice at a time.

    Args:
        chunk: an id of the plan.
        parameters: the run's parameters.
        engine: diagnoses and restores.
        on_progress: told the counts so far, in this thread, after each photograph.

    Raises:
        StorageStoppedError: the output takes no more files.
        WriteFailedError: the ledger cannot be written.
        UnreachableStorageError: storage does not answer, after several tries.
        StorageError: storage refuses otherwise.
        DamagedPlanError: the chunk cannot be read.
        CountsDisagreeError: a photograph got lost or was counted twice.
    """
    source = open_folder(parameters.input)
    output = open_folder(parameters.output, layout.scratch(chunk))
    items = current_items(output, chunk)
    maker = Maker(engine.identity, settings_hash(parameters))
    rows = last_rows(output, chunk)
    there = output.statuses(layout.restored(item.path) for item in items if item.path in rows)

    def finished(item: PlanItem) -> bool:
        row, path = rows.get(item.path), layout.restored(item.path)
        if row is None or not is_finished(row, item, maker, there.get(path)):
            return False
        return not parameters.verify or content_hash(output.read(path)) == row.output_hash

    output.clear_scratch()
    window = Window(WINDOW_IMAGES, WINDOW_WEIGHT)
    previews = Previews(output, parameters.previews)
    with (
        open_ledger(output, chunk) as ledger,
        Writer(
            output=output,
            chunk=chunk,
            earlier=rows,
            ledger=ledger,
            previews=previews,
            window=window,
            maker=maker,
        ) as writer,
        Reader(source, items, finished, window, parameters.max_pixels) as reader,
    ):
        for outcome in reader:
            _handle(outcome, parameters, engine, writer, window)
            del outcome  # its pixels are not kept while the next one is waited for
            if on_progress is not None:
                on_progress(writer.counts)
    output.clear_scratch()
    if on_progress is not None:
        on_progress(writer.counts)
    counts = ChunkCounts(chunk=chunk, found=len(items), **writer.counts.model_dump())
    reconcile(counts.found, counts)
    return counts


def _handle(
    outcome: Outcome, parameters: RestoreParameters, engine: Engine, writer: Writer, window: Window
) -> None:
    writer.check()
    if isinstance(outcome, Skipped):
        writer.skip()
    elif isinstance(outcome, Failed):
        writer.fail(outcome.item, outcome.reason)
    else:
        try:
            result = _treat(outcome, parameters, engine)
        except Exception as error:  # noqa: BLE001 - one photograph must not stop the others
            window.leave(outcome.weight)
            writer.fail(outcome.item, reason_for(error))
        else:
            writer.put(result)


def _treat(opened: Opened, parameters: RestoreParameters, engine: Engine) -> Result:
    start = time.perf_counter()
    pixels = opened.photograph.pixels
    prior = engine.diagnose(pixels)
    wanted = treatment(prior, parameters.keep, parameters.threshold, parameters.certainty)
    restored = None if wanted is None else _checked(pixels, engine.restore(pixels, wanted))
    return Result(opened, prior, restored, time.perf_counter() - start)


def _checked(pixels: Pixels, restored: Pixels) -> Pixels:
    if restored.shape != pixels.shape or restored.dtype != pixels.dtype:
        raise EngineError(
            f"the restorer returned {restored.shape} {restored.dtype} "
            f"for {pixels.shape} {pixels.dtype}"
        )
    return restored
