"""Walks through a folder and says what each file is, always in the same order."""

import os
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISREG
from typing import TYPE_CHECKING, Protocol, cast

from rr_tasks.photographs.companions import Neighbours
from rr_tasks.photographs.selection import (
    EXCLUDED,
    SYSTEM,
    Selection,
    is_photograph,
    kind_of,
)
from rr_tasks.storage.folder import Folder
from rr_tasks.storage.local_folder import LocalFolder
from rr_tasks.storage.names import to_display, to_text
from rr_tasks.storage.status import Status

if TYPE_CHECKING:  # slow to import, and a disk needs no S3
    from rr_tasks.storage.remote_folder import RemoteFolder

PHOTOGRAPH, COMPANION = "photograph", "companion"
SPECIAL = "special (pipe, socket or device)"

_NEAR = 1000
"""Companions are looked for among so many files of a listing before and behind."""

_NOWHERE = Status(0, 0)


@dataclass(frozen=True)
class Entry:
    """A file or a folder that is passed over, by its path below the folder that is walked through.

    `kind` is `PHOTOGRAPH`, `COMPANION`, or what others are counted as: see `selection.kind_of`.
    """

    path: str
    kind: str
    status: Status = _NOWHERE


class Walk(Protocol):
    """Yields what is in a folder, holding the entries of one folder at each level, or one page.

    Attributes:
        unreadable: folders that could not be read; complete once the iteration has ended.
    """

    unreadable: list[str]

    def __iter__(self) -> Iterator[Entry]:
        """Begin again from the start."""


def walk(
    source: Folder,
    selection: Selection | None = None,
    *,
    companions: bool = False,
    output: Folder | None = None,
) -> Walk:
    """Walk through a folder.

    Args:
        source: the folder.
        selection: what to pass over; by default what is hidden or belongs to systems.
        companions: whether to tell the companions of photographs from other files.
        output: another folder, which is never entered.

    Raises:
        StorageError: during the iteration, when object storage refuses: nothing can be said about
            what was not listed. A folder on a disk is named in `unreadable` instead.
    """
    selection = selection or Selection()
    if isinstance(source, LocalFolder):
        own = None if output is None else Path(output.place)
        return LocalWalk(Path(source.url), selection, companions, own)
    return RemoteWalk(cast("RemoteFolder", source), selection, companions)


class RemoteWalk:
    """Walks through object storage in the order of its keys."""

    def __init__(self, root: "RemoteFolder", selection: Selection, companions: bool) -> None:
        self._root, self._selection, self._companions = root, selection, companions
        self.unreadable: list[str] = []

    def __iter__(self) -> Iterator[Entry]:
        """Walk from the start."""
        entries = self._entries()
        return _mark_companions(entries) if self._companions else entries

    def _entries(self) -> Iterator[Entry]:
        passed = None
        for found in self._root.entries():
            skipped = self._selection.skips(found.path)
            if skipped is None:
                kind = PHOTOGRAPH if is_photograph(found.path) else kind_of(found.path)
                yield Entry(found.path, kind, found.status)
            elif skipped.path != passed:  # the keys below a folder follow each other
                passed = skipped.path
                yield Entry(skipped.path, skipped.why)


class LocalWalk:
    """Walks through a folder on a disk, sorted by name in each folder.

    Symbolic links to files are read. Links to folders are followed only if they lead out of `root`,
    and only once each, which prevents loops; they are never followed into `output` or a folder that
    contains it.
    """

    def __init__(
        self, root: Path, selection: Selection, companions: bool, output: Path | None
    ) -> None:
        self._root, self._selection, self._companions = root, selection, companions
        self.unreadable: list[str] = []
        self._own = [os.path.realpath(path) for path in (root, output) if path is not None]
        self._linked: list[str] = []

    def __iter__(self) -> Iterator[Entry]:
        """Walk from the start."""
        self.unreadable, self._linked = [], []
        levels = [self._list("")]
        while levels:
            found = next(levels[-1], None)
            if found is None:
                levels.pop()
            elif isinstance(found, Entry):
                yield found
            else:
                levels.append(self._list(found))

    def _list(self, folder: str) -> Iterator[Entry | str]:
        """Yield what is directly in a folder, and the paths of folders to enter."""
        try:
            with os.scandir(self._root / folder) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except OSError as error:
            self.unreadable.append(f"{to_display(to_text(folder)) or '.'}: {error.strerror}")
            return
        prefix = f"{folder}/" if folder else ""
        neighbours = self._neighbours(prefix, entries)
        for entry in entries:
            path = prefix + entry.name
            if not _is_folder(entry):
                yield self._look(entry, path, neighbours)
            elif skipped := self._selection.skips_folder(path):
                yield Entry(skipped.path, skipped.why)
            elif self._enters(entry):
                yield path

    def _neighbours(self, prefix: str, entries: list[os.DirEntry[str]]) -> Neighbours:
        neighbours = Neighbours()
        for entry in entries if self._companions else ():
            path = prefix + entry.name
            if is_photograph(path) and not self._selection.skips(path):
                neighbours.add(path)
        return neighbours

    def _look(self, entry: os.DirEntry[str], path: str, neighbours: Neighbours) -> Entry:
        if skipped := self._selection.skips(path):
            return Entry(skipped.path, skipped.why)
        if is_photograph(path):
            kind = PHOTOGRAPH
        elif neighbours.own(path):
            kind = COMPANION
        else:
            return Entry(path, kind_of(path))
        try:
            status = entry.stat()
        except OSError:
            # A dangling link is a photograph that cannot be read: it is reported, not forgotten.
            return Entry(path, kind)
        if not S_ISREG(status.st_mode):  # reading a pipe would block
            return Entry(path, SPECIAL)
        return Entry(path, kind, Status(status.st_size, status.st_mtime_ns))

    def _enters(self, entry: os.DirEntry[str]) -> bool:
        if not entry.is_symlink():
            return True
        target = Path(os.path.realpath(entry.path))
        if any(target.is_relative_to(known) for known in (*self._own, *self._linked)):
            return False
        if any(Path(own).is_relative_to(target) for own in self._own):
            return False
        self._linked.append(str(target))
        return True


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _mark_companions(entries: Iterator[Entry]) -> Iterator[Entry]:
    """Mark companions in a sorted listing, where they are near the photographs they belong to."""
    neighbours = Neighbours()
    window = deque[Entry]()
    place = 0  # of the entry to yield next
    for entry in entries:
        window.append(entry)
        if entry.kind == PHOTOGRAPH:
            neighbours.add(entry.path)
        if len(window) - place > _NEAR:
            yield _mark(window[place], neighbours)
            place += 1
        if place > _NEAR:
            if (oldest := window.popleft()).kind == PHOTOGRAPH:
                neighbours.drop(oldest.path)
            place -= 1
    yield from (_mark(window[later], neighbours) for later in range(place, len(window)))


def _mark(entry: Entry, neighbours: Neighbours) -> Entry:
    if entry.kind in (PHOTOGRAPH, SYSTEM, EXCLUDED) or not neighbours.own(entry.path):
        return entry
    return Entry(entry.path, COMPANION, entry.status)
