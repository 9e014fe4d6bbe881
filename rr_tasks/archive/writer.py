"""Encodes and writes results behind the engine, in separate threads, and records each outcome."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock
from types import TracebackType
from typing import Any, Self

from rr_tasks.archive import layout
from rr_tasks.archive.crew import Crew
from rr_tasks.archive.ledger import Ledger
from rr_tasks.archive.previews import Previews
from rr_tasks.archive.reader import Opened, Protected
from rr_tasks.archive.resume import Maker, content_hash, is_in_place, is_of_same_original
from rr_tasks.archive.window import Window
from rr_tasks.confinement.limits import Limits
from rr_tasks.confinement.process import confined
from rr_tasks.photographs.confined import encode_in_one_step
from rr_tasks.photographs.failure import reason_for
from rr_tasks.photographs.photograph import Photograph
from rr_tasks.photographs.pixels import Pixels
from rr_tasks.photographs.reading import LARGEST_FILE
from rr_tasks.priors import without_maps
from rr_tasks.storage.failure import WRITING_STOPS, StorageError
from rr_tasks.storage.folder import Folder
from rr_tasks.storage.names import to_display, to_path
from rr_tasks.treatment.choice import severities
from rr_tasks.treatment.course import Treated
from schemas.archive import Counts, LedgerRow, PlanItem, Status
from schemas.errors import ExpectedError
from schemas.prior.current import DiagnosticPrior
from schemas.usage import Usage

OnProgress = Callable[[Counts, int], None]
"""Told the counts so far, and how many pixels were restored or examined, after each photograph, in
any thread, by one at a time."""


class TakenNameError(ExpectedError, ValueError):
    """An output would have the name of another photograph."""


@dataclass(frozen=True)
class Result:
    """What became of a photograph, the seconds that the engine took, and what servers took."""

    opened: Opened
    prior: DiagnosticPrior
    treated: Treated
    seconds: float
    usage: Usage | None = None


class Writer:
    """Writes results in the background and counts outcomes.

    `check` and leaving the context raise what stopped a background thread: a full or read-only
    disk, or storage that refuses everything. An error that concerns a single photograph becomes a
    failed row instead, and if a preview cannot be made, only the preview is missing.

    If a photograph fails that an earlier run restored, that output stays as long as it was made
    from the same original, judging by size and time, and the row still names it. An output of a
    different original is removed, because it would pass for the restored form of a photograph that
    it did not come from. If `copy_failed`, the original is copied in its place. The name of another
    photograph is never taken.
    """

    def __init__(
        self,
        *,
        output: Folder,
        originals: Folder,
        copy_failed: bool,
        earlier: Mapping[str, LedgerRow],
        ledger: Ledger,
        previews: Previews,
        window: Window,
        maker: Maker,
        limits: Limits,
        workers: int,
        on_progress: OnProgress,
    ) -> None:
        self._output = output
        self._originals, self._copy_failed = originals, copy_failed
        self._earlier = earlier
        self._ledger = ledger
        self._previews = previews
        self._window = window
        self._maker, self._limits = maker, limits
        self._tally: Counter[str] = Counter()
        self._pixels = 0
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

    def fail(
        self,
        item: PlanItem,
        reason: str,
        prior: DiagnosticPrior | None = None,
        usage: Usage | None = None,
    ) -> None:
        """Record a failure.

        Raises:
            WRITING_STOPS: the ledger cannot be written.
        """
        older = self._older_output(item)
        if older is not None:
            kept = {name: getattr(older, name) for name in ("output", "output_size", "output_hash")}
            self._record(item, "failed", prior, reason=reason, usage=usage, **kept)
            return
        try:
            self._remove_outputs(item)
            copied = self._replace_output(item, prior)
        except WRITING_STOPS:
            raise
        except StorageError as error:
            copied = {}
            if str(error) not in reason:
                reason += f"; {error}"
        self._record(item, "failed", prior, reason=reason, usage=usage, **copied)

    def refuse(self, item: PlanItem, owner: str) -> None:
        """Record as failed a photograph whose output would be that of another one.

        Raises:
            WRITING_STOPS: the ledger cannot be written.
        """
        reason = f"in the output, its name is that of {to_display(owner)}; rename one of the two"
        self._record(item, "failed", None, reason=reason)

    def protect(self, protected: Protected) -> None:
        """Copy a file that is no single photograph.

        Raises:
            WRITING_STOPS: the output takes no more files, or the ledger cannot be written.
        """
        item = protected.item
        try:
            self._output.remove(layout.prior(item.path))
            facts = self._write_output(item, item.path, protected.source)
        except WRITING_STOPS:
            raise
        except StorageError as error:
            self.fail(item, reason_for(error))
        else:
            self._record(item, "protected", None, reason=protected.reason, **facts)

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
            self.fail(result.opened.item, reason_for(error), result.prior, result.usage)
        finally:
            self._window.leave(result.opened.weight)

    def _write(self, result: Result) -> None:
        item, photograph, treated = result.opened.item, result.opened.photograph, result.treated
        data, name = photograph.source, item.path
        if treated.pixels is not None:
            name = self._name_output(item, photograph.suffix)
            data = self._encode(photograph, treated.pixels)
        self._write_prior(item, result.prior)
        facts = self._write_output(item, name, data)
        preview, trouble = self._preview(result)
        height, width = photograph.pixels.shape[:2]
        self._record(
            item,
            treated.status,
            result.prior,
            pixels=height * width,
            reason="; ".join(filter(None, (treated.reason, photograph.note, trouble))) or None,
            strengths=dict(treated.strengths),
            lost=photograph.lost if treated.status in ("restored", "protected") else (),
            seconds=round(result.seconds, 4),
            preview=preview,
            usage=result.usage,
            **facts,
        )

    def _encode(self, photograph: Photograph, pixels: Pixels) -> bytes:
        with confined(encode_in_one_step, photograph, pixels) as steps:
            return bytes(steps.take(self._limits))

    def _name_output(self, item: PlanItem, suffix: str) -> str:
        name = item.path + suffix
        if suffix and self._is_taken(name):
            raise TakenNameError(
                f"{to_display(name)} is another file's name in the archive, so the output cannot "
                "have it; rename one of the two"
            )
        return name

    def _is_taken(self, output: str | None) -> bool:
        """Whether an output of another format has the name of another original."""
        return output is not None and self._originals.status(to_path(output)) is not None

    def _remove_unless_taken(self, row: LedgerRow) -> None:
        if not self._is_taken(row.output):
            self._output.remove(layout.output(row))

    def _record(
        self,
        item: PlanItem,
        status: Status,
        prior: DiagnosticPrior | None,
        pixels: int = 0,
        **facts: Any,
    ) -> None:
        self._ledger.append(
            LedgerRow(
                path=item.path,
                status=status,
                severities={} if prior is None else severities(prior),
                prior=None if prior is None else without_maps(prior),
                engine=self._maker.engine,
                settings=self._maker.settings,
                size=item.size,
                mtime_ns=item.mtime_ns,
                **facts,
            )
        )
        self._count(status, pixels)

    def _write_output(self, item: PlanItem, name: str, data: bytes) -> dict[str, Any]:
        """Write an output, remove an earlier one of another name, and describe it for the row."""
        self._output.write(layout.restored(name), data, item.mtime_ns)
        row = self._earlier.get(item.path)
        if row is not None and row.output_size is not None and (row.output or row.path) != name:
            self._remove_unless_taken(row)
        return {
            "output": None if name == item.path else name,
            "output_size": len(data),
            "output_hash": content_hash(data),
        }

    def _write_prior(self, item: PlanItem, prior: DiagnosticPrior) -> None:
        self._output.write(layout.prior(item.path), prior.render().encode())

    def _preview(self, result: Result) -> tuple[str | None, str | None]:
        """Return the previews' stem, if there are any, and what went wrong, if anything."""
        opened, treated, found = result.opened, result.treated, severities(result.prior)
        before = opened.photograph.pixels
        try:
            return self._previews.add(
                opened.item.path, treated.status, found, before, treated.pixels
            ), None
        except Exception as error:  # noqa: BLE001 - the photograph is finished all the same
            return None, f"no preview: {reason_for(error)}"

    def _older_output(self, item: PlanItem) -> LedgerRow | None:
        """Find the row of an earlier output of the same original, if that output still exists."""
        row = self._earlier.get(item.path)
        if row is None or self._is_taken(row.output) or not is_of_same_original(row, item):
            return None
        path = layout.output(row)
        return row if is_in_place(row, self._output.statuses([path]).get(path)) else None

    def _remove_outputs(self, item: PlanItem) -> None:
        """Remove outputs of a different original."""
        row = self._earlier.get(item.path)
        own = row is not None and not self._is_taken(row.output)
        output = layout.output(row) if row and own else layout.restored(item.path)
        for path in self._output.statuses((output, layout.prior(item.path))):
            try:
                self._output.remove(path)
            except WRITING_STOPS:
                raise
            except StorageError as error:
                raise StorageError(f"an older output cannot be removed: {error}") from error

    def _replace_output(self, item: PlanItem, prior: DiagnosticPrior | None) -> dict[str, Any]:
        """Write what there is of a failed photograph; return what its row says of the output."""
        if prior is not None:
            self._write_prior(item, prior)
        path = to_path(item.path)
        status = self._originals.status(path) if self._copy_failed else None
        if status is None:
            return {}
        if status.size > LARGEST_FILE:
            raise StorageError("it is too large to be copied")
        return self._write_output(item, item.path, self._originals.read(path))

    def _count(self, status: str, pixels: int = 0) -> None:
        with self._lock:
            self._tally[status] += 1
            self._pixels += pixels
            self._on_progress(Counts(**self._tally), self._pixels)
