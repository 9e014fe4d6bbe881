"""Lists the photographs of an archive, and counts what it leaves out."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from rr_tasks.archive.named import NamedWalk
from rr_tasks.photographs.selection import OTHER_KIND, Selection
from rr_tasks.photographs.walk import COMPANION, PHOTOGRAPH, Entry, Walk, walk
from rr_tasks.storage.folder import Folder
from rr_tasks.storage.names import to_text
from schemas.archive import PlanItem, RestoreParameters

OnLeftOut = Callable[[Entry], None]
_MAX_KINDS = 100


def _ignore(entry: Entry) -> None:
    """Keep no list."""


def walk_archive(source: Folder, output: Folder, parameters: RestoreParameters) -> Walk:
    """Walk through the files that parameters ask for in `source`, but never through `output`."""
    if parameters.only:
        return NamedWalk(source, parameters.only, parameters.companions)
    selection = Selection(parameters.include, parameters.exclude)
    return walk(source, selection, companions=parameters.companions, output=output)


class Listing:
    """Yields the photographs of an archive, always in the same order.

    Args:
        found: everything in the archive; see `rr_tasks.photographs.walk.walk`.
        on_left_out: told each file, or folder as a whole, that is neither a photograph nor the
            companion of one.

    Attributes:
        left_out: their numbers by kind; complete once the iteration has ended.
        companions: the number of companions; likewise.
    """

    def __init__(self, found: Walk, on_left_out: OnLeftOut = _ignore) -> None:
        self._found, self._on_left_out = found, on_left_out
        self.left_out: Counter[str] = Counter()
        self.companions = 0

    @property
    def unreadable(self) -> list[str]:
        """Folders that cannot be read; complete once the iteration has ended."""
        return self._found.unreadable

    def __iter__(self) -> Iterator[PlanItem]:
        """List the archive again from the start."""
        self.left_out.clear()
        self.companions = 0
        last = None
        for entry in self._found:
            if entry.kind == PHOTOGRAPH:
                yield item_of(entry)
            elif entry.kind == COMPANION:
                self.companions += 1
            elif entry.path != last:  # a folder as a whole, which is named for each file within
                self._leave_out(entry)
                last = entry.path

    def _leave_out(self, entry: Entry) -> None:
        counted = entry.kind in self.left_out or len(self.left_out) < _MAX_KINDS
        self.left_out[entry.kind if counted else OTHER_KIND] += 1
        self._on_left_out(entry)


def describe_left_out(left_out: Mapping[str, int]) -> str:
    """Say what was left out, such as "3 .mov, 2 .txt", most of a kind first."""
    by_number = sorted(left_out.items(), key=lambda one: (-one[1], one[0]))
    return ", ".join(f"{number:,} {kind}" for kind, number in by_number)


def item_of(entry: Entry) -> PlanItem:
    """Describe a file of the archive."""
    status = entry.status
    return PlanItem(path=to_text(entry.path), size=status.size, mtime_ns=status.mtime_ns)
