"""Finds photographs whose outputs would be one and the same file.

That happens on disks that do not tell `a.jpg` from `A.JPG`, or the ways of coding an accent from
each other, and for objects such as `a//b.jpg` beside `a/b.jpg`, whose keys are one path on a disk.
The photograph that was planned first keeps the name, whether or not it could be restored, so the
choice is the same in every run. Nothing is written for the others.
"""

import hashlib
import os
from array import array
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rr_tasks.archive.layout import UNFINISHED
from rr_tasks.storage.folder import Folder
from rr_tasks.storage.folding import Identify, probe_folding
from rr_tasks.storage.local_folder import LocalFolder
from rr_tasks.storage.names import to_path
from schemas.archive import PlanItem


def identify_for(source: Folder, output: Folder) -> Identify | None:
    """Return what tells which names of `source` are one in `output`; None if all are told apart.

    Raises:
        StorageError: the output cannot be written.
    """
    if not isinstance(output, LocalFolder):
        return None
    folding = probe_folding(Path(output.at(UNFINISHED)))
    alike = isinstance(source, LocalFolder) and not (folding.cases or folding.forms)
    return None if alike else folding.identify


class OutputNames:
    """Remembers eight bytes for the output of each item of a plan, in the plan's order.

    Args:
        identify: tells which names are one for the output; None if it tells all names apart.
    """

    def __init__(self, identify: Identify | None) -> None:
        self._identify = identify
        self._keys = array("Q")

    def add(self, items: Iterable[PlanItem]) -> None:
        """Take note of the next items."""
        if self._identify is not None:
            self._keys.extend(hash_name(self._name(item)) for item in items)

    def shared(self, current: npt.NDArray[np.bool_]) -> list[int]:
        """Return the places of all items whose output may be that of two current ones.

        Args:
            current: for each item whether it is in the archive, unchanged.
        """
        if self._identify is None:
            return []
        keys = np.frombuffer(self._keys, dtype=np.uint64)
        found, numbers = np.unique(keys[current], return_counts=True)
        return np.flatnonzero(np.isin(keys, found[numbers > 1])).tolist()

    def rivals(
        self, items: Mapping[int, PlanItem], current: npt.NDArray[np.bool_]
    ) -> dict[int, str]:
        """Return, by the place of each item that must not be written, who has its name.

        Args:
            items: those at the places that `shared` returned, in the plan's order.
            current: see `shared`.
        """
        paths: dict[str, list[str]] = {}  # by output, in the order in which they were planned
        there: set[str] = set()
        for place, item in items.items():
            known = paths.setdefault(self._name(item), [])
            if item.path not in known:
                known.append(item.path)
            if current[place]:
                there.add(item.path)
        owners = {
            name: next((path for path in known if path in there), "")
            for name, known in paths.items()
        }
        return {
            place: owners[self._name(item)]
            for place, item in items.items()
            if current[place] and owners[self._name(item)] != item.path
        }

    def _name(self, item: PlanItem) -> str:
        path = to_path(item.path)
        return path if self._identify is None else self._identify(path)


def hash_name(name: str) -> int:
    """Return 64 bits by which a name is known."""
    return int.from_bytes(hashlib.blake2b(os.fsencode(name), digest_size=8).digest())
