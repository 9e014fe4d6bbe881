"""The plan of an archive: chunks of photographs that are appended to and never rewritten."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache, partial
from pathlib import Path

import numpy as np
from pydantic import ValidationError

from rr_tasks.archive.folder import Folder, open_folder
from rr_tasks.archive.layout import OWN, PLAN
from rr_tasks.archive.listing import Listing
from rr_tasks.archive.storage import READING_STOPS
from rr_tasks.storage.threads import map_in_threads
from schemas.archive import ArchivePlan, PlanItem
from schemas.errors import ExpectedError

RETIRED = f"{PLAN}/retired.json"


Retired = Mapping[str, frozenset[int]]


class DamagedPlanError(ExpectedError, ValueError):
    """A file of the plan is not what was written; the message names it."""


def chunk_ids(output: Folder) -> list[str]:
    """Return the ids of all chunks, oldest first."""
    names = (Path(name) for name in output.names(PLAN))
    return sorted((name.stem for name in names if name.suffix == ".jsonl"), key=int)


def read_chunk(output: Folder, chunk: str) -> list[PlanItem]:
    """Read one chunk.

    Raises:
        DamagedPlanError: the chunk is missing or not what was written.
        READING_STOPS: storage does not answer.
    """
    path = _path(chunk)
    try:
        # not bytes.splitlines, which also splits at returns within a file's name
        lines = output.read(path).split(b"\n")
        return [PlanItem.model_validate_json(line) for line in lines if line]
    except READING_STOPS:
        raise
    except (OSError, ValidationError) as error:
        raise DamagedPlanError(
            f"the plan's chunk {output.at(path)} cannot be read ({error}); restore it from a "
            f"backup, or delete the folder {output.at(OWN)} to plan and restore the archive afresh"
        ) from error


def read_retired(output: Folder) -> Retired:
    """Return, for each chunk, the positions of items that are gone from the archive or changed.

    The file is read once in a process, however many chunks ask.

    Raises:
        DamagedPlanError: it is not what was written.
    """
    stamp = output.stamp(RETIRED)
    return {} if stamp is None else _retired(output.url, stamp)


@lru_cache(maxsize=1)
def _retired(url: str, _stamp: str) -> Retired:
    output = open_folder(url)
    try:
        found = json.loads(output.read(RETIRED))
        return {chunk: frozenset(places) for chunk, places in found.items()}
    except (ValueError, AttributeError, TypeError) as error:
        raise DamagedPlanError(
            f"{output.at(RETIRED)} cannot be read ({error}); run again from the start"
        ) from error


def current_items(output: Folder, chunk: str) -> list[PlanItem]:
    """Return the items of a chunk that are in the archive as they were planned."""
    retired = read_retired(output).get(chunk, frozenset())
    return [item for place, item in enumerate(read_chunk(output, chunk)) if place not in retired]


def extend_plan(output: Folder, listing: Listing, chunk_size: int) -> ArchivePlan:
    """List the archive and append what is not planned yet.

    Memory grows by 17 bytes for each photograph that is already planned, and by one chunk.

    Args:
        output: the output folder, which the plan is in.
        listing: the archive.
        chunk_size: number of photographs in each new chunk.

    Raises:
        DamagedPlanError: an existing chunk cannot be read.
        WriteFailedError: a new one cannot be written.
        StorageError: storage refuses.
    """
    index = _Index(output)
    chunks = dict.fromkeys(chunk_ids(output))
    following = 1 + max((int(chunk) for chunk in chunks), default=-1)
    found, fresh = 0, list[PlanItem]()
    for item in listing:
        found += 1
        if index.tick(item):
            continue
        fresh.append(item)
        if len(fresh) == chunk_size:
            chunks[_append(output, following, fresh)] = None
            following, fresh = following + 1, []
    if fresh:
        chunks[_append(output, following, fresh)] = None
    gone = index.unticked()
    output.write(RETIRED, json.dumps(gone, separators=(",", ":")).encode())
    empty = {chunk for chunk, places in gone.items() if len(places) == index.sizes[chunk]}
    return ArchivePlan(
        found=found,
        ignored=listing.ignored,
        unreadable=tuple(listing.unreadable),
        chunks=tuple(chunk for chunk in chunks if chunk not in empty),
    )


def _append(output: Folder, number: int, items: Iterable[PlanItem]) -> str:
    chunk = f"{number:05d}"
    text = "".join(item.model_dump_json() + "\n" for item in items)
    output.write(_path(chunk), text.encode())
    return chunk


def _path(chunk: str) -> str:
    return f"{PLAN}/{chunk}.jsonl"


def _key(item: PlanItem) -> int:
    identity = f"{item.size}\0{item.mtime_ns}\0{item.path}".encode()
    return int.from_bytes(hashlib.blake2b(identity, digest_size=8).digest())


class _Index:
    """Which items are planned, and which of them the listing has shown."""

    def __init__(self, output: Folder) -> None:
        self.sizes: dict[str, int] = {}
        keys = np.fromiter(self._planned(output), dtype=np.uint64)
        self._order = np.argsort(keys, kind="stable")
        self._keys = keys[self._order]
        self._ticked = np.zeros(len(keys), dtype=np.bool_)

    def _planned(self, output: Folder) -> Iterator[int]:
        chunks = chunk_ids(output)
        for chunk, items in zip(
            chunks, map_in_threads(partial(read_chunk, output), chunks), strict=True
        ):
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
