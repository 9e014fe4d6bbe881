"""A folder on a disk of this machine."""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from rr_tasks.storage.below import EscapingNameError, check_below
from rr_tasks.storage.explanation import explain_errors
from rr_tasks.storage.failure import StorageError
from rr_tasks.storage.folder import Folder
from rr_tasks.storage.leftovers import STALE, remove_stale_partials
from rr_tasks.storage.local_file import LocalFile
from rr_tasks.storage.status import Status


class LocalFolder(Folder):
    """See `Folder`; unfinished files are in the folder `scratch` below, or beside their targets."""

    def __init__(self, path: str, scratch: str | None = None) -> None:
        self._root = Path(path)
        self._scratch = None if scratch is None else self._root / scratch
        self.url = str(self._root)

    @property
    def place(self) -> str:  # type: ignore[override]
        """The real path."""
        return os.path.realpath(self._root)

    def statuses(self, paths: Iterable[str]) -> dict[str, Status]:
        """Look at one file after another."""
        found: dict[str, Status] = {}
        for path in paths:
            with suppress(StorageError):
                if (status := self.status(path)) is not None:
                    found[path] = status
        return found

    def names(self, path: str) -> list[str]:
        """List the names in a folder, without hidden ones."""
        with explain_errors(self.at(path)):
            try:
                with os.scandir(self._root / path) as entries:
                    return sorted(
                        entry.name
                        for entry in entries
                        if entry.is_file() and not entry.name.startswith(".")
                    )
            except FileNotFoundError:
                return []

    def is_foreign(self, own: str) -> bool:
        """Whether others put something here."""
        with explain_errors(self.url):
            if not self._root.is_dir() or (self._root / own).exists():
                return False
            return any(self._root.iterdir())

    def remove_leftovers(self, own: str) -> None:
        """Remove temporary files."""
        with suppress(StorageError):
            remove_stale_partials(self._root / own, STALE)

    def remove_empty(self, path: str) -> None:
        """Remove a folder below, if it is empty."""
        with suppress(OSError):
            self._target(path).path.rmdir()

    def _file(self, path: str) -> LocalFile:
        return LocalFile(self.at(path), self.at(path), self._scratch)

    def _target(self, path: str) -> LocalFile:
        check_below(self.url, path)
        target = Path(self.at(path))  # a key of object storage may begin with a slash
        if not Path(os.path.realpath(target.parent)).is_relative_to(self.place):
            raise EscapingNameError(
                f"{target.parent} leads out of the folder {self.url}, by a link"
            )
        return self._file(path)
