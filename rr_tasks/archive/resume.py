"""Decides which photographs are finished, so that they are not computed again."""

import hashlib
import json
from dataclasses import dataclass

from rr_tasks.archive import layout, ledger
from rr_tasks.archive.plan import current_items
from rr_tasks.storage.folder import Folder
from rr_tasks.storage.names import to_path
from rr_tasks.storage.status import Status
from schemas.archive import Chunk, LedgerRow, PlanItem, RestoreParameters
from schemas.prior.current import CURRENT_VERSION, DEGRADATIONS

OUTPUT_VERSION = 9
"""Raised whenever a change of this package alters the files written for the same settings."""
_PIECE = 2**20


@dataclass(frozen=True)
class Maker:
    """Identifies what produces outputs: the engine, and the hash of the settings."""

    engine: str
    settings: str


class ChunkState:
    """Knows what earlier runs have done with a chunk.

    Attributes:
        chunk: the chunk.
        output: the output folder.
        maker: what produces outputs in this run.
        items: the chunk's photographs.
        rows: the last row of each photograph that has one, by its path.
        rivals: by its path, each photograph that is not written, with the one that has its name.

    Raises:
        DamagedPlanError, DamagedLedgerError: the chunk or its ledger cannot be read.
        StorageError: storage refuses.
    """

    def __init__(self, source: Folder, output: Folder, chunk: Chunk, maker: Maker) -> None:
        self.output, self.chunk, self.maker = output, chunk, maker
        self.items = current_items(output, chunk)
        self.rows = ledger.last_rows(output, chunk.id)
        self.rivals = dict(chunk.rivals)
        self._there = output.statuses(
            layout.output(self.rows[item.path]) for item in self.items if item.path in self.rows
        )
        renamed = [row.output for row in self.rows.values() if row.output is not None]
        there = source.statuses(map(to_path, renamed))
        self._taken = {name for name in renamed if to_path(name) in there}

    def is_whole(self) -> bool:
        """Whether no photograph needs work, and neither does the ledger."""
        finished = all(map(self.is_finished, self.items))
        return finished and ledger.is_whole(self.output, self.chunk.id)

    def is_finished(self, item: PlanItem) -> bool:
        """Whether a photograph's output exists, judging by its size."""
        row = self.rows.get(item.path)
        if row is None or item.path in self.rivals or row.output in self._taken:
            return False
        return is_finished(row, item, self.maker, self._there.get(layout.output(row)))

    def is_intact(self, item: PlanItem) -> bool:
        """Whether a photograph's output exists, judging by its content, which is read."""
        if not self.is_finished(item):
            return False
        row = self.rows[item.path]
        return hash_file(self.output, layout.output(row)) == row.output_hash


def settings_hash(parameters: RestoreParameters) -> str:
    """Hash everything that determines an output, except the engine and the original."""
    deciding = {
        "threshold": float(parameters.threshold),
        "certainty": float(parameters.certainty),
        "strengths": {
            name: 0.0 if name in parameters.kept else parameters.strength_of(name)
            for name in DEGRADATIONS
        },
        "edit_prior": parameters.edit_prior,
        "verify": parameters.verify,
        "salvage": parameters.salvage,
        "allow_loss": parameters.allow_loss,
        "output_version": OUTPUT_VERSION,
        "prior_version": CURRENT_VERSION,
    }
    return hashlib.sha256(json.dumps(deciding, sort_keys=True).encode()).hexdigest()[:16]


def content_hash(data: bytes) -> str:
    """Hash a file's content, 64 bits in hexadecimal."""
    return hashlib.blake2b(data, digest_size=8).hexdigest()


def hash_file(folder: Folder, path: str) -> str:
    """Hash a file's content as `content_hash` does, a piece at a time.

    Raises:
        StorageError: storage refuses.
    """
    digest = hashlib.blake2b(digest_size=8)
    with folder.open(path) as stream:
        while piece := stream.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()


def is_finished(row: LedgerRow, item: PlanItem, maker: Maker, output: Status | None) -> bool:
    """Whether a photograph's output exists and has the size that it would have if made again.

    Args:
        row: the photograph's last row.
        item: the photograph as it is in the archive now.
        maker: what produces outputs in this run.
        output: size and time of the output, if it exists.
    """
    if row.status == "failed":
        return False
    return (
        is_of_same_original(row, item)
        and Maker(row.engine, row.settings) == maker
        and is_in_place(row, output)
    )


def is_of_same_original(row: LedgerRow, item: PlanItem) -> bool:
    """Whether a row is about the photograph as it is in the archive now."""
    return (row.size, row.mtime_ns) == (item.size, item.mtime_ns)


def is_in_place(row: LedgerRow, output: Status | None) -> bool:
    """Whether a file can be the output that a row is about."""
    return output is not None and row.output_size == output.size
