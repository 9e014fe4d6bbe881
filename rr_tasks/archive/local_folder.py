"""A folder on a disk of this machine."""

import os
import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from stat import S_ISREG

from rr_tasks.archive.layout import OWN
from rr_tasks.archive.status import Status
from rr_tasks.archive.storage import WriteFailedError, write_failure
from rr_tasks.storage.atomic import write_atomically
from rr_tasks.storage.failure import StorageError
from rr_tasks.storage.leftovers import STALE, remove_stale_partials


class LocalFolder:
    """See `rr_tasks.archive.folder.Folder`; nothing outside of the folder is ever written."""

    def __init__(self, root: str, scratch: str | None = None) -> None:
        self._root = Path(root)
        self._scratch = None if scratch is None else self._root / scratch

    @property
    def url(self) -> str:
        """The folder as it was given."""
        return str(self._root)

    @property
    def place(self) -> str:
        """Its real path."""
        return os.path.realpath(self._root)

    def at(self, path: str) -> str:
        """The path of a file."""
        return str(self._root / path)

    def status(self, path: str) -> Status | None:
        """Look at a regular file."""
        try:
            found = (self._root / path).stat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        return Status(found.st_size, found.st_mtime_ns) if S_ISREG(found.st_mode) else None

    def statuses(self, paths: Iterable[str]) -> dict[str, Status]:
        """Look at one file after the other."""
        found: dict[str, Status] = {}
        for path in paths:
            with suppress(OSError):
                if (status := self.status(path)) is not None:
                    found[path] = status
        return found

    def stamp(self, path: str) -> str | None:
        """Time, size and number of the file."""
        try:
            found = (self._root / path).stat()
        except FileNotFoundError:
            return None
        return f"{found.st_mtime_ns}-{found.st_size}-{found.st_ino}"

    def names(self, path: str) -> list[str]:
        """Names in a folder, hidden ones left out."""
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
        """Whether others have put something here."""
        if not self._root.is_dir() or (self._root / own).exists():
            return False
        return any(self._root.iterdir())

    def read(self, path: str) -> bytes:
        """Read a file."""
        return (self._root / path).read_bytes()

    def write(self, path: str, data: bytes) -> None:
        """Write to a temporary file, sync it, and rename it."""
        target = self._inside(path)
        try:
            with write_atomically(target, self._scratch) as partial:
                partial.write_bytes(data)
        except OSError as error:
            raise write_failure(target, error) from error

    def remove(self, path: str) -> None:
        """Delete a file."""
        target = self._inside(path)
        try:
            target.unlink(missing_ok=True)
        except NotADirectoryError:
            return
        except OSError as error:
            raise write_failure(target, error) from error

    def clear_scratch(self) -> None:
        """Remove the scratch folder."""
        if self._scratch is not None:
            shutil.rmtree(self._scratch, ignore_errors=True)

    def remove_leftovers(self) -> None:
        """Remove temporary files in our own folder; photographs are written in scratch folders."""
        with suppress(StorageError):
            remove_stale_partials(self._root / OWN, STALE)

    def _inside(self, path: str) -> Path:
        target = self._root / path
        if not Path(os.path.realpath(target.parent)).is_relative_to(self.place):
            raise WriteFailedError(
                f"{target.parent} leads out of the output folder, by its name or by a link"
            )
        return target
