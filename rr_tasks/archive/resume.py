"""Decides which photographs an earlier run has finished, so that they need no computing again."""

import hashlib
import json
from dataclasses import dataclass

from rr_tasks.archive import layout, ledger
from rr_tasks.archive.plan import current_items
from rr_tasks.storage.folder import Folder
from rr_tasks.storage.status import Status
from schemas.archive import Chunk, LedgerRow, PlanItem, RestoreParameters
from schemas.prior.current import CURRENT_VERSION

OUTPUT_VERSION = 2
"""Counts changes of this package that alter the files written for the same engine and settings."""


@dataclass(frozen=True)
class Maker:
    """What makes outputs: the engine's identity and the hash of the settings."""

    engine: str
    settings: str


class ChunkState:
    """What earlier runs have made of a chunk.

    Attributes:
        chunk: the chunk.
        output: the output folder.
        maker: what makes outputs in this run.
        items: the chunk's photographs.
        rows: the last row of each photograph that has one, by its path.

    Raises:
        DamagedPlanError, DamagedLedgerError: the chunk or its ledger cannot be read.
        StorageError: storage refuses.
    """

    def __init__(self, output: Folder, chunk: Chunk, maker: Maker) -> None:
        self.output, self.chunk, self.maker = output, chunk, maker
        self.items = current_items(output, chunk)
        self.rows = ledger.last_rows(output, chunk.id)
        self._there = output.statuses(
            layout.restored(item.path) for item in self.items if item.path in self.rows
        )

    def is_whole(self) -> bool:
        """Whether no photograph needs work, and neither does the ledger."""
        finished = all(map(self.is_finished, self.items))
        return finished and ledger.is_whole(self.output, self.chunk.id)

    def is_finished(self, item: PlanItem) -> bool:
        """Whether a photograph's output is there, by its size."""
        row, output = self.rows.get(item.path), self._there.get(layout.restored(item.path))
        return row is not None and is_finished(row, item, self.maker, output)

    def is_intact(self, item: PlanItem) -> bool:
        """Whether a photograph's output is there, by its content, which is read."""
        if not self.is_finished(item):
            return False
        content = self.output.read(layout.restored(item.path))
        return content_hash(content) == self.rows[item.path].output_hash


def settings_hash(parameters: RestoreParameters) -> str:
    """Hash everything but the engine and the original that decides an output."""
    deciding = {
        "keep": sorted(set(parameters.keep)),
        "threshold": float(parameters.threshold),
        "certainty": float(parameters.certainty),
        "output_version": OUTPUT_VERSION,
        "prior_version": CURRENT_VERSION,
    }
    return hashlib.sha256(json.dumps(deciding, sort_keys=True).encode()).hexdigest()[:16]


def content_hash(data: bytes) -> str:
    """Hash a file's content, 64 bits in hexadecimal."""
    return hashlib.blake2b(data, digest_size=8).hexdigest()


def is_finished(row: LedgerRow, item: PlanItem, maker: Maker, output: Status | None) -> bool:
    """Tell whether a photograph's output is there and, by its size, what would be made again.

    Args:
        row: the photograph's last row.
        item: the photograph as it is in the archive now.
        maker: what makes outputs in this run.
        output: the file where the output should be, if there is one.
    """
    if row.status == "failed":
        return False
    return (
        is_of_same_original(row, item)
        and Maker(row.engine, row.settings) == maker
        and is_in_place(row, output)
    )


def is_of_same_original(row: LedgerRow, item: PlanItem) -> bool:
    """Tell whether a row is about the photograph as it is in the archive now."""
    return (row.size, row.mtime_ns) == (item.size, item.mtime_ns)


def is_in_place(row: LedgerRow, output: Status | None) -> bool:
    """Tell whether a file can be the output that a row is about."""
    return output is not None and row.output_size == output.size
