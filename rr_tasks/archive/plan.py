"""The plan of an archive: chunks of photographs that are appended to and never rewritten."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from pydantic import ValidationError

from rr_tasks.archive.listing import Listing
from rr_tasks.archive.storage import write_whole
from schemas.archive import ArchivePlan, PlanItem
from schemas.errors import ExpectedError

RETIRED = "retired.json"


class DamagedPlanError(ExpectedError, ValueError):
    """A file of the plan is not what was written; the message names it."""


def chunk_ids(folder: Path) -> list[str]:
    """Return the ids of all chunks, oldest first."""
    return sorted((path.stem for path in folder.glob("*.jsonl")), key=int)


def read_chunk(folder: Path, chunk: str) -> list[PlanItem]:
    """Read one chunk.

    Raises:
        DamagedPlanError: the chunk is missing or not what was written.
    """
    path = folder / f"{chunk}.jsonl"
    try:
        # not str.splitlines, which also splits at line separators within a file's name
        lines = path.read_bytes().split(b"\n")
        return [PlanItem.model_validate_json(line) for line in lines if line]
    except (OSError, ValidationError) as error:
        raise DamagedPlanError(
            f"the plan's chunk {path} cannot be read ({error}); restore it from a backup, or "
            f"delete the folder {folder.parent} to plan and restore the archive afresh"
        ) from error


def read_retired(folder: Path) -> dict[str, set[int]]:
    """Return, for each chunk, the positions of items that are gone from the archive or changed."""
    path = folder / RETIRED
    if not path.exists():
        return {}
    try:
        return {chunk: set(places) for chunk, places in json.loads(path.read_bytes()).items()}
    except (ValueError, AttributeError, TypeError) as error:
        raise DamagedPlanError(
            f"{path} cannot be read ({error}); run again from the start"
        ) from error


def current_items(folder: Path, chunk: str) -> list[PlanItem]:
    """Return the items of a chunk that are in the archive as they were planned."""
    retired = read_retired(folder).get(chunk, set())
    return [item for place, item in enumerate(read_chunk(folder, chunk)) if place not in retired]


def extend_plan(folder: Path, listing: Listing, chunk_size: int) -> ArchivePlan:
    """List the archive and append what is not planned yet.

    Memory grows by 17 bytes for each photograph that is already planned, and by one chunk.

    Args:
        folder: where the chunks are.
        listing: the archive.
        chunk_size: number of photographs in each new chunk.

    Raises:
        DamagedPlanError: an existing chunk cannot be read.
        WriteFailedError: a new one cannot be written.
    """
    index = _Index(folder)
    chunks = dict.fromkeys(chunk_ids(folder))
    following = 1 + max((int(chunk) for chunk in chunks), default=-1)
    found, fresh = 0, list[PlanItem]()
    for item in listing:
        found += 1
        if index.tick(item):
            continue
        fresh.append(item)
        if len(fresh) == chunk_size:
            chunks[_append(folder, following, fresh)] = None
            following, fresh = following + 1, []
    if fresh:
        chunks[_append(folder, following, fresh)] = None
    gone = index.unticked()
    write_whole(folder / RETIRED, json.dumps(gone, separators=(",", ":")).encode())
    empty = {chunk for chunk, places in gone.items() if len(places) == index.sizes[chunk]}
    return ArchivePlan(
        found=found,
        ignored=listing.ignored,
        unreadable=tuple(listing.unreadable),
        chunks=tuple(chunk for chunk in chunks if chunk not in empty),
    )


def _append(folder: Path, number: int, items: Iterable[PlanItem]) -> str:
    chunk = f"{number:05d}"
    text = "".join(item.model_dump_json() + "\n" for item in items)
    write_whole(folder / f"{chunk}.jsonl", text.encode())
    return chunk


def _key(item: PlanItem) -> int:
    identity = f"{item.size}\0{item.mtime_ns}\0{item.path}".encode()
    return int.from_bytes(hashlib.blake2b(identity, digest_size=8).digest())


class _Index:
    """Which items are planned, and which of them the listing has shown."""

    def __init__(self, folder: Path) -> None:
        self.sizes: dict[str, int] = {}
        keys = np.fromiter(self._planned(folder), dtype=np.uint64)
        self._order = np.argsort(keys, kind="stable")
        self._keys = keys[self._order]
        self._ticked = np.zeros(len(keys), dtype=np.bool_)

    def _planned(self, folder: Path) -> Iterator[int]:
        for chunk in chunk_ids(folder):
            items = read_chunk(folder, chunk)
            self.sizes[chunk] = len(items)
            yield from map(_key, items)

    def tick(self, item: PlanItem) -> bool:
        """Mark an item as being in the archive; False when it is not planned."""
        key = np.uint64(_key(item))
        place = int(np.searchsorted(self._keys, key))
        if place == len(self._keys) or self._keys[place] != key:
            return False
        self._ticked[self._order[place]] = True
        return True

    def unticked(self) -> dict[str, list[int]]:
        """Return the places of all items that were not ticked, by chunk."""
        gone: dict[str, list[int]] = {}
        start = 0
        for chunk, size in self.sizes.items():
            places = np.flatnonzero(~self._ticked[start : start + size]).tolist()
            if places:
                gone[chunk] = places
            start += size
        return gone
