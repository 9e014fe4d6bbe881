"""Finds the photographs of a folder, always in the same order."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

from rr_tasks.storage.folder import Folder
from rr_tasks.storage.local_folder import LocalFolder
from rr_tasks.storage.names import to_display, to_text
from schemas.archive import PlanItem

if TYPE_CHECKING:  # slow to import, and a disk needs no S3
    from rr_tasks.storage.remote_folder import RemoteFolder

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff"})
CLUTTER = frozenset({"thumbs.db", "desktop.ini", "_rr"})


class Listing(Protocol):
    """Lists the photographs below a folder, always in the same order.

    Hidden files and folders, system clutter and our own `_rr` folder are skipped. Other files count
    as `ignored`, and folders that cannot be read are named in `unreadable`; both are complete once
    the iteration has ended.
    """

    ignored: int
    unreadable: list[str]

    def __iter__(self) -> Iterator[PlanItem]:
        """List the folder again from the start."""


def listing_of(source: Folder, output: Folder) -> Listing:
    """Return a listing of `source` that never leads into `output`."""
    if isinstance(source, LocalFolder):
        return LocalListing(Path(source.url), Path(output.place))
    return RemoteListing(cast("RemoteFolder", source))


class RemoteListing:
    """Lists object storage in the order of its keys, holding one page of entries at a time."""

    def __init__(self, root: "RemoteFolder") -> None:
        self.root = root
        self.ignored = 0
        self.unreadable: list[str] = []

    def __iter__(self) -> Iterator[PlanItem]:
        """List the folder again from the start.

        Raises:
            StorageError: storage refuses; nothing can be said about what was not listed.
        """
        self.ignored = 0
        for entry in self.root.entries():
            if any(_is_clutter(name) for name in entry.path.split("/")):
                continue
            if not _is_photograph(entry.path):
                self.ignored += 1
                continue
            status = entry.status
            yield PlanItem(path=entry.path, size=status.size, mtime_ns=status.mtime_ns)


class LocalListing:
    """Lists a folder on a disk, sorted by name in each folder.

    It holds the entries of only one folder at each level. Symbolic links to files are read. Links
    to folders are followed only if they lead out of `root`, and only once each, which prevents
    loops; they are never followed into `output` or a folder that contains it.
    """

    def __init__(self, root: Path, output: Path | None = None) -> None:
        self.root = root
        self.ignored = 0
        self.unreadable: list[str] = []
        self._own = [os.path.realpath(path) for path in (root, output) if path is not None]
        self._linked: list[str] = []

    def __iter__(self) -> Iterator[PlanItem]:
        """List the folder again from the start."""
        self.ignored, self.unreadable = 0, []
        self._linked = []
        yield from self._walk("")

    def _walk(self, folder: str) -> Iterator[PlanItem]:
        try:
            with os.scandir(self.root / folder) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except OSError as error:
            self.unreadable.append(f"{to_display(to_text(folder)) or '.'}: {error.strerror}")
            return
        for entry in entries:
            if _is_clutter(entry.name):
                continue
            path = f"{folder}/{entry.name}" if folder else entry.name
            if _is_folder(entry):
                if self._enters(entry):
                    yield from self._walk(path)
            elif not _is_photograph(entry.name):
                self.ignored += 1
            elif (item := _item(entry, path)) is not None:
                yield item
            else:
                self.ignored += 1

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


def _is_clutter(name: str) -> bool:
    return name.startswith(".") or name.lower() in CLUTTER


def _is_photograph(path: str) -> bool:
    return os.path.splitext(path)[1].lower() in SUFFIXES  # noqa: PTH122


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _item(entry: os.DirEntry[str], path: str) -> PlanItem | None:
    """Describe a file; None for pipes and devices, where reading would block."""
    try:
        if not entry.is_file() and not entry.is_symlink():
            return None
        status = entry.stat()
    except OSError:
        # A dangling link is a photograph that cannot be read: it is reported, not forgotten.
        return PlanItem(path=to_text(path), size=0, mtime_ns=0)
    return PlanItem(path=to_text(path), size=status.st_size, mtime_ns=status.st_mtime_ns)
