"""Encodes and writes results behind the engine, in a thread of its own, and notes each outcome."""

import os
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Literal, Self

from rr_tasks.archive.engine import Pixels
from rr_tasks.archive.layout import Layout
from rr_tasks.archive.ledger import Ledger
from rr_tasks.archive.photograph import encode
from rr_tasks.archive.previews import Previews
from rr_tasks.archive.reader import Opened
from rr_tasks.archive.reason import reason_for
from rr_tasks.archive.resume import Maker, content_hash
from rr_tasks.archive.storage import StorageStoppedError, WriteFailedError, remove, write_whole
from rr_tasks.archive.treatment import severities
from rr_tasks.archive.window import Window
from schemas.archive import Counts, LedgerRow, PlanItem
from schemas.prior.current import DiagnosticPrior


@dataclass(frozen=True)
class Result:
    """What the engine made of a photograph; without `pixels` it is to be left alone."""

    opened: Opened
    prior: DiagnosticPrior
    pixels: Pixels | None
    seconds: float


class Writer:
    """Writes results in the background and counts outcomes.

    `check` and leaving the context raise what stopped the background thread: a full or read-only
    disk. Everything that concerns a single photograph becomes a failed row instead.
    """

    def __init__(
        self,
        *,
        layout: Layout,
        chunk: str,
        ledger: Ledger,
        previews: Previews,
        window: Window,
        maker: Maker,
    ) -> None:
        self._layout = layout
        self._chunk = chunk
        self._scratch = layout.scratch(chunk)
        self._ledger = ledger
        self._previews = previews
        self._window = window
        self._maker = maker
        self._tally: Counter[str] = Counter()
        self._lock = Lock()
        self._pending: list[Future[None]] = []
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="rr-archive-writer")

    @property
    def counts(self) -> Counts:
        """What has happened so far."""
        with self._lock:
            return Counts(**self._tally)

    def skip(self) -> None:
        """Count a photograph that needs no work."""
        self._count("skipped")

    def fail(self, item: PlanItem, reason: str, prior: DiagnosticPrior | None = None) -> None:
        """Note a failure.

        Raises:
            WriteFailedError: the ledger cannot be written.
        """
        found = {} if prior is None else severities(prior)
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
            )
        )
        self._count("failed")

    def put(self, result: Result) -> None:
        """Encode and write a result in the background; its room in the window is given back.

        Raises:
            WriteFailedError: see `check`.
        """
        self.check()
        self._pending.append(self._pool.submit(self._finish, result))

    def check(self) -> None:
        """Raise what stopped the background thread, if anything did.

        Raises:
            WriteFailedError: the output takes no more files, or the ledger cannot be written.
        """
        done = [future for future in self._pending if future.done()]
        self._pending = [future for future in self._pending if not future.done()]
        for future in done:
            future.result()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pool.shutdown(wait=True, cancel_futures=kind is not None)
        if kind is None:
            self.check()

    def _finish(self, result: Result) -> None:
        try:
            self._write(result)
        except StorageStoppedError:
            raise
        except Exception as error:  # noqa: BLE001 - one photograph must not stop the others
            self.fail(result.opened.item, reason_for(error), result.prior)
        finally:
            self._window.leave(result.opened.weight)

    def _write(self, result: Result) -> None:
        item, photograph = result.opened.item, result.opened.photograph
        output, prior = self._layout.restored(item.path), self._layout.prior(item.path)
        if not Path(os.path.realpath(output.parent)).is_relative_to(
            os.path.realpath(self._layout.output)
        ):
            raise WriteFailedError(f"{output.parent} leads out of the output folder by a link")
        preview = None
        if result.pixels is None:
            data = photograph.source
            remove(prior)
        else:
            data = encode(photograph, result.pixels)
            written = result.prior.model_dump_json(indent=2) + "\n"
            write_whole(prior, written.encode(), self._scratch)
        write_whole(output, data, self._scratch)
        if result.pixels is not None:
            stem = f"{self._chunk}-{content_hash(item.path.encode())}"
            preview = self._previews.add(stem, photograph.pixels, result.pixels, photograph.icc)
        status: Literal["clean", "restored"] = "clean" if result.pixels is None else "restored"
        self._ledger.append(
            LedgerRow(
                path=item.path,
                status=status,
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

    def _count(self, status: str) -> None:
        with self._lock:
            self._tally[status] += 1
