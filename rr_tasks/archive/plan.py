"""The plan of an archive: chunks of photographs, to which more are appended but never rewritten."""

import hashlib
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
from pydantic import ValidationError

from rr_tasks.archive.layout import OWN, PLAN
from rr_tasks.archive.listing import Listing
from rr_tasks.storage.failure import READING_STOPS
from rr_tasks.storage.folder import Folder
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
    path = _path(chunk)
    try:
        # Not bytes.splitlines, which also splits at returns within a file's name.
        lines = output.read(path).split(b"\n")
        return [PlanItem.model_validate_json(line) for line in lines if line]
    except READING_STOPS:
        raise
    except (OSError, ValidationError) as error:
        raise DamagedPlanError(
            f"the plan's chunk {output.at(path)} cannot be read ({error}); restore it from a "
            f"backup, or delete the folder {output.at(OWN)} to plan and restore the archive afresh"
        ) from error


def current_items(output: Folder, chunk: Chunk) -> list[PlanItem]:
    """Return the items of a chunk that are still in the archive, unchanged."""
    retired = frozenset(chunk.retired)
    items = enumerate(read_chunk(output, chunk.id))
    return [item for place, item in items if place not in retired]


def extend_plan(output: Folder, listing: Listing, chunk_size: int) -> ArchivePlan:
    """List the archive, and append to the plan whatever it lacks.

    This takes 17 bytes of memory for each photograph that is already planned, plus one chunk. Only
    one run at a time should do it; two would plan new photographs twice, until the next run.

    Args:
        output: the output folder, which contains the plan.
        listing: the archive.
        chunk_size: number of photographs in each new chunk.

    Raises:
        DamagedPlanError: an existing chunk cannot be read.
        StorageError: storage refuses, or a new chunk cannot be written.
    """
    index = _Index(output)
    following = 1 + max(map(int, index.sizes), default=-1)
    fresh, fresh_chunks = list[PlanItem](), list[Chunk]()
    found = 0
    for item in listing:
        found += 1
        if index.tick(item):
            continue
        fresh.append(item)
        if len(fresh) == chunk_size:
            fresh_chunks.append(_append(output, following, fresh))
            following, fresh = int(fresh_chunks[-1].id) + 1, []
    if fresh:
        fresh_chunks.append(_append(output, following, fresh))
    return ArchivePlan(
        found=found,
        left_out=dict(listing.left_out),
        companions=listing.companions,
        unreadable=tuple(listing.unreadable),
        chunks=(*index.chunks(), *fresh_chunks),
    )


def _append(output: Folder, number: int, items: list[PlanItem]) -> Chunk:
    text = "".join(item.model_dump_json() + "\n" for item in items).encode()
    while True:
        chunk = f"{number:05d}"
        if output.write_if_absent(_path(chunk), text):
            return Chunk(id=chunk)
        number += 1  # another run is planning, because it took this one for dead


def _path(chunk: str) -> str:
    return f"{PLAN}/{chunk}.jsonl"


def _key(item: PlanItem) -> int:
    identity = f"{item.size}\0{item.mtime_ns}\0{item.path}".encode()
    return int.from_bytes(hashlib.blake2b(identity, digest_size=8).digest())


class _Index:
    """Knows which items are planned, and which of them the listing has shown."""

    def __init__(self, output: Folder) -> None:
        self.sizes: dict[str, int] = {}
        keys = np.fromiter(self._read_planned(output), dtype=np.uint64)
        self._order = np.argsort(keys, kind="stable")
        self._keys = keys[self._order]
        self._ticked = np.zeros(len(keys), dtype=np.bool_)

    def _read_planned(self, output: Folder) -> Iterator[int]:
        chunks = chunk_ids(output)
        for chunk, items in zip(
            chunks, map_in_threads(partial(read_chunk, output), chunks), strict=True
        ):
            self.sizes[chunk] = len(items)
            yield from map(_key, items)

    def tick(self, item: PlanItem) -> bool:
        """Mark an item as being in the archive; return False if it is not planned."""
        key = np.uint64(_key(item))
        place = int(np.searchsorted(self._keys, key))
        if place == len(self._keys) or self._keys[place] != key:
            return False
        self._ticked[self._order[place]] = True
        return True

    def chunks(self) -> Iterator[Chunk]:
        """Yield each chunk that still has an item, with the positions of those not ticked."""
        start = 0
        for chunk, size in self.sizes.items():
            retired = np.flatnonzero(~self._ticked[start : start + size]).tolist()
            if len(retired) < size:
                yield Chunk(id=chunk, retired=tuple(retired))
            start += size
