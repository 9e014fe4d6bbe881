"""Encodes and writes results behind the engine, in separate threads, and records each outcome."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock
from types import TracebackType
from typing import Literal, Self

from rr_tasks.archive import layout
from rr_tasks.archive.crew import Crew
from rr_tasks.archive.ledger import Ledger
from rr_tasks.archive.previews import Previews
from rr_tasks.archive.reader import Opened
from rr_tasks.archive.reason import reason_for
from rr_tasks.archive.resume import Maker, content_hash, is_in_place, is_of_same_original
from rr_tasks.archive.window import Window
from rr_tasks.photographs.encoding import encode
from rr_tasks.photographs.pixels import Pixels
from rr_tasks.restorer.treatment import severities
from rr_tasks.storage.failure import WRITING_STOPS, StorageError
from rr_tasks.storage.folder import Folder
from schemas.archive import Counts, LedgerRow, PlanItem
from schemas.prior.current import DiagnosticPrior

OnProgress = Callable[[Counts], None]
"""Told the counts so far after each photograph, in any thread, by one at a time."""


@dataclass(frozen=True)
class Result:
    """What the engine made of a photograph; without `pixels`, the photograph stays as it is."""

    opened: Opened
    prior: DiagnosticPrior
    pixels: Pixels | None
    seconds: float


class Writer:
    """Writes results in the background and counts outcomes.

    `check` and leaving the context raise what stopped a background thread: a full or read-only
    disk, or storage that refuses everything. An error that concerns a single photograph becomes a
    failed row instead, and if a preview cannot be made, only the preview is missing.

    If a photograph fails that an earlier run restored, that output stays as long as it was made
    from the same original, judging by size and time, and the row still names it. An output of a
    different original is removed, because it would pass for the restored form of a photograph that
    it did not come from.
    """

    def __init__(
        self,
        *,
        output: Folder,
        chunk: str,
        earlier: Mapping[str, LedgerRow],
        ledger: Ledger,
        previews: Previews,
        window: Window,
        maker: Maker,
        workers: int,
        on_progress: OnProgress,
    ) -> None:
        self._output = output
        self._chunk = chunk
        self._earlier = earlier
        self._ledger = ledger
        self._previews = previews
        self._window = window
        self._maker = maker
        self._tally: Counter[str] = Counter()
        self._lock = Lock()
        self._on_progress = on_progress
        self._crew = Crew(workers, "writer")

    @property
    def counts(self) -> Counts:
        """The counts so far."""
        with self._lock:
            return Counts(**self._tally)

    def skip(self) -> None:
        """Count a photograph that needs no work."""
        self._count("skipped")

    def fail(self, item: PlanItem, reason: str, prior: DiagnosticPrior | None = None) -> None:
        """Record a failure.

        Raises:
            WRITING_STOPS: the ledger cannot be written.
        """
        found = {} if prior is None else severities(prior)
        kept = self._older_output(item)
        if kept is None:
            reason += self._remove_outputs(item)
        self._ledger.append(
            LedgerRow(
                path=item.path,
                status="failed",
                reason=reason,
                severities=found,
                engine=self._maker.engine,
                settings=self._maker.settings,
                size=item.size,
                mtime_ns=item.mtime_ns,
                output_size=kept.output_size if kept else None,
                output_hash=kept.output_hash if kept else None,
            )
        )
        self._count("failed")

    def put(self, result: Result) -> None:
        """Encode and write a result in the background, and then free its room in the window.

        Raises:
            WRITING_STOPS: see `check`.
        """
        self.check()
        self._crew.submit(self._finish, result)

    def check(self) -> None:
        """Raise the error that stopped a background thread, if there was one.

        Raises:
            WRITING_STOPS: the output takes no more files, or the ledger cannot be written.
        """
        self._crew.check()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._crew.__exit__(kind, error, trace)

    def _finish(self, result: Result) -> None:
        try:
            self._write(result)
        except WRITING_STOPS:
            raise
        except Exception as error:  # noqa: BLE001 - one photograph must not stop the others
            self.fail(result.opened.item, reason_for(error), result.prior)
        finally:
            self._window.leave(result.opened.weight)

    def _write(self, result: Result) -> None:
        item, photograph = result.opened.item, result.opened.photograph
        preview, trouble = None, None
        if result.pixels is None:
            data = photograph.source
            self._output.remove(layout.prior(item.path))
        else:
            data = encode(photograph, result.pixels)
            written = result.prior.model_dump_json(indent=2) + "\n"
            self._output.write(layout.prior(item.path), written.encode())
        self._output.write(layout.restored(item.path), data)
        if result.pixels is not None:
            preview, trouble = self._preview(result, result.pixels)
        status: Literal["clean", "restored"] = "clean" if result.pixels is None else "restored"
        self._ledger.append(
            LedgerRow(
                path=item.path,
                status=status,
                reason="; ".join(filter(None, (photograph.note, trouble))) or None,
                severities=severities(result.prior),
                engine=self._maker.engine,
                settings=self._maker.settings,
                size=item.size,
                mtime_ns=item.mtime_ns,
                output_size=len(data),
                output_hash=content_hash(data),
                seconds=round(result.seconds, 4),
                preview=preview,
            )
        )
        self._count(status)

    def _preview(self, result: Result, restored: Pixels) -> tuple[str | None, str | None]:
        """Return the pair's stem, if there is one, and what went wrong, if anything."""
        item, photograph = result.opened.item, result.opened.photograph
        stem = f"{self._chunk}-{content_hash(item.path.encode())}"
        try:
            return self._previews.add(stem, photograph.pixels, restored), None
        except Exception as error:  # noqa: BLE001 - the photograph is restored all the same
            return None, f"no preview: {reason_for(error)}"

    def _older_output(self, item: PlanItem) -> LedgerRow | None:
        """Find the row of an earlier output of the same original, if that output still exists."""
        row, path = self._earlier.get(item.path), layout.restored(item.path)
        if row is None or not is_of_same_original(row, item):
            return None
        return row if is_in_place(row, self._output.statuses([path]).get(path)) else None

    def _remove_outputs(self, item: PlanItem) -> str:
        """Remove outputs of a different original; return what to add to the reason on failure."""
        paths = (layout.restored(item.path), layout.prior(item.path))
        try:
            for path in self._output.statuses(paths):
                self._output.remove(path)
        except WRITING_STOPS:
            raise
        except StorageError as error:
            return f"; an older output cannot be removed: {error}"
        return ""

    def _count(self, status: str) -> None:
        with self._lock:
            self._tally[status] += 1
            self._on_progress(Counts(**self._tally))
