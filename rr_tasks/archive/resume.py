"""Decides which photographs an earlier run has finished, so that they need no computing again."""

import hashlib
import json
from dataclasses import dataclass

from rr_tasks.archive.status import Status
from schemas.archive import LedgerRow, PlanItem, RestoreParameters
from schemas.prior.current import CURRENT_VERSION

OUTPUT_VERSION = 2
"""Counts changes of this package that alter the files written for the same engine and settings."""


@dataclass(frozen=True)
class Maker:
    """What makes outputs: the engine's identity and the hash of the settings."""

    engine: str
    settings: str


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
