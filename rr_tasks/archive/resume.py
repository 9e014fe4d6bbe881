"""Decides which photographs an earlier run has finished, so that they need no computing again."""

import hashlib
import json
from pathlib import Path

import xxhash

from rr_tasks.archive.storage import size_of
from schemas.archive import LedgerRow, PlanItem, RestoreParameters
from schemas.prior.current import CURRENT_VERSION

OUTPUT_VERSION = 1
"""Counts changes of this package that alter the files written for the same engine and settings."""


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
    return xxhash.xxh3_64_hexdigest(data)


def is_finished(
    row: LedgerRow | None, item: PlanItem, engine: str, settings: str, output: Path, verify: bool
) -> bool:
    """Tell whether a photograph's output is there and is what would be made again.

    Args:
        row: the photograph's last row, if any.
        item: the photograph as it is in the archive now.
        engine: identity of the engine of this run.
        settings: `settings_hash` of this run.
        output: where the output should be.
        verify: also compare the output's content, which reads it.
    """
    if row is None or row.status == "failed":
        return False
    if (row.size, row.mtime_ns) != (item.size, item.mtime_ns):
        return False
    if (row.engine, row.settings) != (engine, settings):
        return False
    if row.output_size is None or size_of(output) != row.output_size:
        return False
    return not verify or content_hash(output.read_bytes()) == row.output_xxh3
