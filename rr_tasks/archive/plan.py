"""The plan of an archive: chunks of photographs, to which more are appended but never rewritten."""

import hashlib
from bisect import bisect_left
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
from pydantic import ValidationError

from rr_tasks.archive.layout import OWN, PLAN
from rr_tasks.archive.listing import Listing
from rr_tasks.archive.rivals import OutputNames
from rr_tasks.progress import counting
from rr_tasks.storage.failure import READING_STOPS
from rr_tasks.storage.folder import Folder
from rr_tasks.storage.folding import Identify
from rr_tasks.storage.threads import map_in_threads
from schemas.archive import ArchivePlan, Chunk, PlanItem
from schemas.errors import ExpectedError


class DamagedPlanError(ExpectedError, ValueError):
    """A file of the plan cannot be read; the message names it."""


def chunk_ids(output: Folder) -> list[str]:
    """Return the ids of all chunks, oldest first."""
    names = (Path(name) for name in output.names(PLAN))
    return sorted((name.stem for name in names if name.suffix == ".jsonl"), key=int)


def read_chunk(output: Folder, chunk: str) -> list[PlanItem]:
    """Read one chunk.

    Raises:
        DamagedPlanError: the chunk is missing or damaged.
        READING_STOPS: storage does not answer, or the bucket is gone.
    """
    return read_items(output, _path(chunk))


def read_items(output: Folder, path: str) -> list[PlanItem]:
    """Read a file of items, one a line.

    Raises:
        DamagedPlanError: the file is missing or damaged.
        READING_STOPS: storage does not answer, or the bucket is gone.
    """
    try:
        # Not bytes.splitlines, which also splits at returns within a file's name.
        lines = output.read(path).split(b"\n")
        return [PlanItem.model_validate_json(line) for line in lines if line]
    except READING_STOPS:
        raise
    except (OSError, ValidationError) as error:
        raise DamagedPlanError(
            f"{output.at(path)}, a part of the plan, cannot be read ({error}); restore it from a "
            f"backup, or delete the folder {output.at(OWN)} to plan and restore the archive afresh"
        ) from error


def current_items(output: Folder, chunk: Chunk) -> list[PlanItem]:
    """Return the items of a chunk that are still in the archive, unchanged."""
    retired = frozenset(chunk.retired)
    items = enumerate(read_chunk(output, chunk.id))
    return [item for place, item in items if place not in retired]


def extend_plan(
    output: Folder, listing: Listing, chunk_size: int, identify: Identify | None = None
) -> ArchivePlan:
    """List the archive, and append to the plan whatever it lacks.

    This takes 17 bytes of memory for each photograph that is already planned, plus one chunk, and
    eight for each photograph if names have to be compared. Only
    one run at a time should do it; two would plan new photographs twice, until the next run.

    Args:
        output: the output folder, which contains the plan.
        listing: the archive.
        chunk_size: number of photographs in each new chunk.
        identify: tells which names are one in `output`; None if it takes all names apart.

    Raises:
        DamagedPlanError: an existing chunk cannot be read.
        StorageError: storage refuses, or a new chunk cannot be written.
    """
    index = _Index(output, OutputNames(identify))
    following = 1 + max(map(int, index.sizes), default=-1)
    fresh = list[PlanItem]()
    found = 0
    for item in counting("listing", listing):
        found += 1
        if index.tick(item):
            continue
        fresh.append(item)
        if len(fresh) == chunk_size:
            following, fresh = 1 + index.append(following, fresh), []
    if fresh:
        index.append(following, fresh)
    return ArchivePlan(
        found=found,
        left_out=dict(listing.left_out),
        companions=listing.companions,
        unreadable=tuple(listing.unreadable),
        chunks=tuple(index.chunks()),
    )


def _path(chunk: str) -> str:
    return f"{PLAN}/{chunk}.jsonl"


def _key(item: PlanItem) -> int:
    identity = f"{item.size}\0{item.mtime_ns}\0{item.path}".encode()
    return int.from_bytes(hashlib.blake2b(identity, digest_size=8).digest())


class _Index:
    """Knows which items are planned, and which of them the listing has shown."""

    def __init__(self, output: Folder, names: OutputNames) -> None:
        self.sizes: dict[str, int] = {}
        self._output, self._names = output, names
        keys = np.fromiter(self._read_planned(), dtype=np.uint64)
        self._order = np.argsort(keys, kind="stable")
        self._keys = keys[self._order]
        self._ticked = np.zeros(len(keys), dtype=np.bool_)

    def _read_planned(self) -> Iterator[int]:
        chunks = chunk_ids(self._output)
        for chunk, items in zip(
            chunks, map_in_threads(partial(read_chunk, self._output), chunks), strict=True
        ):
            self.sizes[chunk] = len(items)
            self._names.add(items)
            yield from map(_key, items)

    def tick(self, item: PlanItem) -> bool:
        """Mark an item as being in the archive; return False if it is not planned."""
        key = np.uint64(_key(item))
        place = int(np.searchsorted(self._keys, key))
        if place == len(self._keys) or self._keys[place] != key:
            return False
        self._ticked[self._order[place]] = True
        return True

    def append(self, number: int, items: list[PlanItem]) -> int:
        """Append a chunk to the plan, and return its number: `number`, or a later one."""
        text = "".join(item.model_dump_json() + "\n" for item in items).encode()
        while not self._output.write_if_absent(_path(f"{number:05d}"), text):
            number += 1  # another run is planning, because it took this one for dead
        self.sizes[f"{number:05d}"] = len(items)
        self._names.add(items)
        return number

    def chunks(self) -> Iterator[Chunk]:
        """Yield each chunk that has an item, with the positions of those not ticked or appended."""
        fresh = sum(self.sizes.values()) - len(self._ticked)
        current = np.concatenate([self._ticked, np.ones(fresh, dtype=np.bool_)])
        rivals = self._find_rivals(current)
        start = 0
        for chunk, size in self.sizes.items():
            retired = np.flatnonzero(~current[start : start + size]).tolist()
            if len(retired) < size:
                yield Chunk(id=chunk, retired=tuple(retired), rivals=tuple(rivals[chunk]))
            start += size

    def _find_rivals(self, current: npt.NDArray[np.bool_]) -> dict[str, list[tuple[str, str]]]:
        """Return, by chunk, the photographs that must not be written, and who has their names."""
        shared = self._names.shared(current)
        homes: dict[int, tuple[str, PlanItem]] = {}
        start = 0
        for chunk, size in self.sizes.items():
            within = shared[bisect_left(shared, start) : bisect_left(shared, start + size)]
            items = read_chunk(self._output, chunk) if within else []
            homes |= {place: (chunk, items[place - start]) for place in within}
            start += size
        found: dict[str, list[tuple[str, str]]] = {chunk: [] for chunk in self.sizes}
        items_at = {place: item for place, (_, item) in homes.items()}
        for place, owner in self._names.rivals(items_at, current).items():
            chunk, item = homes[place]
            found[chunk].append((item.path, owner))
        return found
