"""Decides which photographs an earlier run has finished, so that they need no computing again."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from rr_tasks.archive.storage import size_of
from schemas.archive import LedgerRow, PlanItem, RestoreParameters
from schemas.prior.current import CURRENT_VERSION

OUTPUT_VERSION = 1
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
        "output_version": OUTPUT_VERSION,
        "prior_version": CURRENT_VERSION,
    }
    return hashlib.sha256(json.dumps(deciding, sort_keys=True).encode()).hexdigest()[:16]


def content_hash(data: bytes) -> str:
    """Hash a file's content, 64 bits in hexadecimal."""
    return hashlib.blake2b(data, digest_size=8).hexdigest()


def is_finished(
    row: LedgerRow | None, item: PlanItem, maker: Maker, output: Path, *, verify: bool
) -> bool:
    """Tell whether a photograph's output is there and is what would be made again.

    Args:
        row: the photograph's last row, if any.
        item: the photograph as it is in the archive now.
        maker: what makes outputs in this run.
        output: where the output should be.
        verify: also compare the output's content, which reads it.
    """
    if row is None or row.status == "failed":
        return False
    if (row.size, row.mtime_ns) != (item.size, item.mtime_ns):
        return False
    if Maker(row.engine, row.settings) != maker:
        return False
    if row.output_size is None or size_of(output) != row.output_size:
        return False
    return not verify or content_hash(output.read_bytes()) == row.output_hash
