"""Decodes photographs ahead of the engine, in a separate thread."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Thread
from types import TracebackType
from typing import Protocol, Self

from rr_tasks.archive.window import Window
from rr_tasks.confinement.limits import Limits
from rr_tasks.confinement.process import confined
from rr_tasks.photographs.confined import develop_in_steps
from rr_tasks.photographs.failure import reason_for
from rr_tasks.photographs.formats.base import ProtectedPhotographError, UnreadablePhotographError
from rr_tasks.photographs.negative import largest_file
from rr_tasks.photographs.photograph import Photograph
from rr_tasks.storage.failure import READING_STOPS
from rr_tasks.storage.folder import Folder
from rr_tasks.storage.names import to_path
from schemas.archive import PlanItem


@dataclass(frozen=True)
class Skipped:
    """A photograph that an earlier run has finished."""

    item: PlanItem


@dataclass(frozen=True)
class Failed:
    """A photograph that cannot be read, and the reason."""

    item: PlanItem
    reason: str


@dataclass(frozen=True)
class Protected:
    """A file that would not survive a restoration, with the reason; it is copied as it is."""

    item: PlanItem
    source: bytes
    reason: str


@dataclass(frozen=True)
class Opened:
    """A decoded photograph, which occupies the window; `item` describes the file that was read."""

    item: PlanItem
    photograph: Photograph
    weight: int


Outcome = Skipped | Failed | Protected | Opened


class Finished(Protocol):
    """Decides whether an item needs no work."""

    def __call__(self, item: PlanItem) -> bool:
        """Whether the item is finished."""


class Reader:
    """Yields an outcome for each item, in order, and reads ahead while the caller works.

    The caller must release the `weight` of each `Opened` from the window once it is finished.
    Leaving the context closes the window and ends the thread.
    """

    def __init__(
        self,
        folder: Folder,
        items: Sequence[PlanItem],
        finished: Finished,
        window: Window,
        *,
        max_pixels: int,
        limits: Limits,
        salvage: bool,
    ) -> None:
        self._folder = folder
        self._items = items
        self._finished = finished
        self._window = window
        self._max_pixels, self._limits, self._salvage = max_pixels, limits, salvage
        self._outcomes: SimpleQueue[Outcome | BaseException | None] = SimpleQueue()
        self._closed = False
        self._thread = Thread(target=self._run, name="rr-archive-reader", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closed = True
        self._window.close()
        self._thread.join()

    def __iter__(self) -> Iterator[Outcome]:
        """Yield the outcomes as they come; none of them is kept."""
        return iter(self._next, None)

    def _next(self) -> Outcome | None:
        outcome = self._outcomes.get()
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    def _run(self) -> None:
        try:
            for item in self._items:
                outcome = self._read(item)
                if outcome is None or self._closed:
                    return
                self._outcomes.put(outcome)
        except BaseException as error:  # noqa: BLE001 - it is raised in the caller's thread
            self._outcomes.put(error)
        finally:
            self._outcomes.put(None)

    def _read(self, item: PlanItem) -> Outcome | None:
        """Read one item; None if the window was closed."""
        try:
            if self._finished(item):
                return Skipped(item)
            return self._open(item)
        except READING_STOPS:
            raise
        except Exception as error:  # noqa: BLE001 - one photograph must not stop the others
            return Failed(item, reason_for(error))

    def _open(self, item: PlanItem) -> Protected | Opened | None:
        path = to_path(item.path)
        status = self._folder.status(path)
        if status is None:
            raise UnreadablePhotographError("the file is gone, or is a link that leads nowhere")
        if status.size > largest_file(self._max_pixels):
            raise UnreadablePhotographError(
                f"its {status.size} bytes are more than a photograph within the limit of "
                f"{self._max_pixels} pixels (max_pixels) takes"
            )
        self._limits.check_memory(status.size)
        seen = item.model_copy(update={"size": status.size, "mtime_ns": status.mtime_ns})
        source = self._folder.read(path)
        try:
            return self._develop(seen, source)
        except ProtectedPhotographError as error:
            return Protected(seen, source, str(error))

    def _develop(self, item: PlanItem, source: bytes) -> Opened | None:
        """Decode a photograph once there is room for it; None if the window was closed."""
        with confined(develop_in_steps, source, self._max_pixels, self._salvage) as steps:
            weight, memory = steps.take(self._limits)
            self._limits.check_memory(memory)
            if not self._window.enter(weight):
                return None
            try:
                photograph = steps.take(self._limits)
            except BaseException:
                self._window.leave(weight)
                raise
        return Opened(item, photograph, weight)
