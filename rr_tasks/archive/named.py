"""Photographs that a user names one by one, instead of a whole folder."""

from collections.abc import Iterator, Sequence

from rr_tasks.photographs.companions import Neighbours
from rr_tasks.photographs.walk import COMPANION, PHOTOGRAPH, Entry
from rr_tasks.storage.filesystem import filesystem_of
from rr_tasks.storage.folder import Folder
from rr_tasks.storage.folders import open_folder
from rr_tasks.storage.names import to_path, to_text
from schemas.errors import ExpectedError


class ScatteredPhotographsError(ExpectedError, ValueError):
    """The photographs that were named cannot be restored in one run."""


class NamedWalk:
    """Yields the named files of a folder, whatever their names look like; see `Walk`."""

    def __init__(self, source: Folder, names: Sequence[str], companions: bool) -> None:
        self._source, self._companions = source, companions
        self._paths = sorted({to_path(name) for name in names})
        self.unreadable: list[str] = []

    def __iter__(self) -> Iterator[Entry]:
        """Look at each file, and then at those beside them."""
        neighbours = Neighbours()
        for path in self._paths:
            neighbours.add(path)
            yield self._look(path, PHOTOGRAPH)
        for path in self._source.names("") if self._companions else ():
            if path not in self._paths and neighbours.own(path):
                yield self._look(path, COMPANION)

    def _look(self, path: str, kind: str) -> Entry:
        status = self._source.status(path)
        return Entry(path, kind) if status is None else Entry(path, kind, status)


def split_names(sources: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """Tell photographs that are named one by one from a folder of photographs.

    Args:
        sources: the URL of a folder, or those of one or more files.

    Returns:
        The folder, and the names in it of the files; no name stands for the whole folder.

    Raises:
        ScatteredPhotographsError: several folders are named.
        StorageError: storage refuses.
    """
    for source in sources:
        filesystem_of(source)  # refuses a URL that holds a secret, which its parts do not show
    folders = {source.rpartition("/")[0] for source in sources}
    if len(sources) == 1 and not _is_file(sources[0]):
        return sources[0], ()
    if len(folders) > 1 or not all(map(_is_file, sources)):
        raise ScatteredPhotographsError(
            "name one folder, or photographs of one folder; restore others with a command and an "
            "output folder of their own"
        )
    return _folder_of(sources[0]), tuple(to_text(source.rpartition("/")[2]) for source in sources)


def _is_file(url: str) -> bool:
    name = url.rpartition("/")[2]
    return bool(name) and open_folder(_folder_of(url)).status(name) is not None


def _folder_of(url: str) -> str:
    folder, slash, _ = url.rpartition("/")
    return folder or slash or "."
