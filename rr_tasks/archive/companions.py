"""Copies the companions of photographs beside them, and never decodes any."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import BinaryIO

from rr_tasks.archive import layout
from rr_tasks.archive.listing import item_of, walk_archive
from rr_tasks.archive.plan import read_items
from rr_tasks.archive.resume import content_hash
from rr_tasks.archive.rivals import hash_name, identify_for
from rr_tasks.photographs.failure import explain_photograph, reason_for
from rr_tasks.photographs.walk import COMPANION, Entry
from rr_tasks.progress import Progress, report
from rr_tasks.storage.claim import OnHeld, claim_in_turn
from rr_tasks.storage.failure import WRITING_STOPS
from rr_tasks.storage.folder import Folder
from rr_tasks.storage.folders import open_folder
from rr_tasks.storage.folding import Identify
from rr_tasks.storage.names import to_text
from rr_tasks.storage.status import Status
from rr_tasks.storage.threads import map_in_threads
from schemas.archive import CompanionCounts, RestoreParameters
from schemas.errors import ExpectedError

_AT_A_TIME = 256
_SAME_NAME = "in the output, its name is that of a file copied before; rename one of the two"
_TICK = 2 * 10**9
"""Nanoseconds: the coarsest clock of a disk, that of FAT."""


@dataclass
class Copied:
    """What became of the companions: their counts, and path and reason of each that failed."""

    counts: CompanionCounts = field(default_factory=CompanionCounts)
    failures: list[tuple[str, str]] = field(default_factory=list)


def copy_companions(parameters: RestoreParameters, on_held: OnHeld | None = None) -> Copied:
    """Copy each companion of a photograph that is not in place, with its time.

    One is in place if a file of its name and size is there and not older. A file appears in one
    step, so after a kill the next run does the rest. Runs that share an output do this one after
    another.

    Args:
        parameters: the run's parameters.
        on_held: called if this run has to wait for another.

    Raises:
        StorageError: storage does not answer, or the output takes no more files.
    """
    if not parameters.companions:
        return Copied()
    source, output = open_folder(parameters.input), open_folder(parameters.output)
    scratch = open_folder(parameters.output, layout.UNFINISHED)
    with claim_in_turn(output.at(layout.COPYING), on_held):
        walked = iter(walk_archive(source, output, parameters))
        found = (entry for entry in walked if entry.kind == COMPANION)
        return _copy_all(found, source, scratch, identify_for(source, output))


def _copy_all(
    found: Iterator[Entry], source: Folder, output: Folder, identify: Identify | None
) -> Copied:
    copied = skipped = 0
    failures: list[tuple[str, str]] = []
    apart = found if identify is None else _tell_apart(found, identify, failures)
    while batch := list(islice(apart, _AT_A_TIME)):
        there = output.statuses(layout.restored(to_text(entry.path)) for entry in batch)
        missing = [entry for entry in batch if not _is_in_place(entry, there.get(entry.path))]
        skipped += len(batch) - len(missing)
        _record(output, missing)
        reasons = map_in_threads(partial(_copy, source, output), missing)
        for entry, reason in zip(missing, reasons, strict=True):
            if reason is None:
                copied += 1
            else:
                failures.append((to_text(entry.path), reason))
            report(Progress("companions", copied + skipped + len(failures), len(failures)))
    counts = CompanionCounts(copied=copied, skipped=skipped, failed=len(failures))
    return Copied(counts, failures)


def _record(output: Folder, entries: list[Entry]) -> None:
    """List companions before they are copied, so that none is unknown after a kill."""
    if entries:
        lines = "".join(item_of(entry).model_dump_json() + "\n" for entry in entries).encode()
        output.write(f"{layout.COMPANIONS}/{content_hash(lines)}.jsonl", lines)


def recorded_companions(output: Folder) -> Iterator[str]:
    """Yield the path of each companion that runs have copied, or were about to copy.

    Raises:
        DamagedPlanError: a list is damaged.
        StorageError: storage refuses.
    """
    for name in output.names(layout.COMPANIONS):
        for item in read_items(output, f"{layout.COMPANIONS}/{name}"):
            yield layout.restored(item.path)


def _tell_apart(
    found: Iterator[Entry], identify: Identify, failures: list[tuple[str, str]]
) -> Iterator[Entry]:
    """Pass on the first of those that are one file in the output; the others are failures."""
    seen: set[int] = set()
    for entry in found:
        key = hash_name(identify(entry.path))
        if key in seen:
            failures.append((to_text(entry.path), _SAME_NAME))
        else:
            seen.add(key)
            yield entry


def _is_in_place(entry: Entry, there: Status | None) -> bool:
    if there is None:
        return False
    original = entry.status
    return there.size == original.size and there.mtime_ns >= original.mtime_ns - _TICK


def _copy(source: Folder, output: Folder, entry: Entry) -> str | None:
    """Copy one companion; return what went wrong, if anything."""
    url = source.at(entry.path)
    try:
        with ExitStack() as stack:
            with explain_photograph(url):
                stream = stack.enter_context(source.open(entry.path))
            output.save(entry.path, _Original(stream, url), entry.status.mtime_ns)
    except WRITING_STOPS:
        raise
    except ExpectedError as error:
        return reason_for(error)
    return None


class _Original:
    """A companion that is being read, whose errors are not taken for those of the copy."""

    def __init__(self, stream: BinaryIO, url: str) -> None:
        self._stream, self._url = stream, url

    def read(self, size: int = -1, /) -> bytes:
        with explain_photograph(self._url):
            return self._stream.read(size)
