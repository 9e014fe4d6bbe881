"""The photographs of a folder: listed once, and recorded beside what is made from them.

A task gets the URLs of two folders instead of those of all photographs, of which there may be
millions.
"""

import io
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from typing import overload

import polars as pl
from polars.exceptions import PolarsError

from rr_tasks.photographs.selection import SUFFIXES, Selection
from rr_tasks.photographs.walk import PHOTOGRAPH, SPECIAL, walk
from rr_tasks.progress import counting
from rr_tasks.storage.below import join_below
from rr_tasks.storage.failure import MissingFileError, StorageError
from rr_tasks.storage.files import (
    MissingFolderError,
    exists,
    join,
    publish_bytes,
    read_bytes,
)
from rr_tasks.storage.filesystem import filesystem_of
from rr_tasks.storage.folders import open_folder
from schemas.errors import ExpectedError

_PHOTOGRAPHS = (PHOTOGRAPH, SPECIAL)  # a pipe is reported by whoever reads it
_DEPTH_SUFFIX = ".depth.png"
_NAME = ".photographs.parquet"
_COLUMNS = {"path": pl.Binary}  # names are bytes, because not all of them are text
_CODING = ("utf-8", "surrogateescape")


class DamagedListingError(ExpectedError, RuntimeError):
    """The listing of a folder's photographs cannot be read."""


class Photographs(Sequence[str]):
    """URLs of photographs below a folder, in a fixed order.

    Args:
        folder: URL of the folder.
        paths: where the photographs lie below it.
        unreadable: folders below it that could not be listed, and why.
    """

    def __init__(self, folder: str, paths: pl.Series, unreadable: Sequence[str] = ()) -> None:
        self.folder, self._paths, self.unreadable = folder, paths, unreadable
        self._root = _root(folder)

    @overload
    def __getitem__(self, place: int) -> str: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[str]: ...

    def __getitem__(self, place: int | slice) -> str | Sequence[str]:
        """Return the URL at a place, or those of a stretch."""
        if isinstance(place, slice):
            return Photographs(self.folder, self._paths[place])
        return join_below(self._root, self._paths[place].decode(*_CODING))

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._paths)

    def path(self, url: str) -> str:
        """Return where a photograph lies below the folder."""
        return url.removeprefix(self._root).removeprefix("/")

    def publish(self, folder: str) -> None:
        """Keep the listing in a folder, unless one is there; `read_listing` reads it."""
        url = join(folder, _NAME)
        if exists(url):
            return
        with io.BytesIO() as buffer, suppress(StorageError):
            # Whoever may only read can still ask for what is finished.
            pl.DataFrame({"path": self._paths}).write_parquet(buffer)
            publish_bytes(buffer.getvalue(), url)


def list_photographs(folder: str, selection: Selection | None = None) -> Photographs:
    """List all photographs below a folder, sorted.

    Args:
        folder: URL of the folder.
        selection: what to pass over; by default what is hidden or belongs to systems.

    Raises:
        MissingFolderError: the folder is missing or holds no photograph.
    """
    root = _root(folder)
    walked = walk(open_folder(folder), selection)
    found = sorted(
        f"{root}/{entry.path}"
        for entry in counting("listing", walked)
        if entry.kind in _PHOTOGRAPHS and not entry.path.lower().endswith(_DEPTH_SUFFIX)
    )
    if not found and not exists(folder):
        raise MissingFolderError(f"{folder}: no such folder; check the path or URL")
    if not found:
        expected = ", ".join(sorted(SUFFIXES))
        hidden = f" (unreadable: {'; '.join(walked.unreadable)})" if walked.unreadable else ""
        raise MissingFolderError(
            f"{folder}: no photographs here; expected files ending in {expected}{hidden}"
        )
    return photographs_of(folder, found, walked.unreadable)


def photographs_of(folder: str, urls: Sequence[str], unreadable: Sequence[str] = ()) -> Photographs:
    """Take the chosen photographs below a folder, in the given order; see `Photographs`."""
    start = len(_root(folder)) + 1
    paths = pl.Series([url[start:].encode(*_CODING) for url in urls], dtype=pl.Binary)
    return Photographs(folder, paths, unreadable)


@lru_cache(maxsize=4)
def read_listing(kept: str, folder: str) -> Photographs:
    """Read the listing that `Photographs.publish` keeps in a folder.

    Args:
        kept: URL of the folder that holds the listing; its name says what it was made of, so its
            listing never changes.
        folder: URL of the folder that holds the photographs.

    Raises:
        DamagedListingError: the listing is missing or damaged.
        StorageError: storage refuses.
    """
    url = join(kept, _NAME)
    try:
        table = pl.read_parquet(read_bytes(url))
        if table.schema != pl.Schema(_COLUMNS):
            raise PolarsError("other columns")
    except (MissingFileError, PolarsError) as error:
        raise DamagedListingError(
            f"{url}: the list of photographs is missing or damaged; delete it if it is there, and "
            "run the same command again"
        ) from error
    return Photographs(folder, table["path"])


def _root(folder: str) -> str:
    filesystem, path = filesystem_of(folder)
    return str(filesystem.unstrip_protocol(path)).rstrip("/")
