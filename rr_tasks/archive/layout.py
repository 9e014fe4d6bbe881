"""The layout of the output folder: paths below it."""

import hashlib
import os

from rr_tasks.photographs.companions import PRIOR_SUFFIX
from rr_tasks.storage.names import to_path
from schemas.archive import LedgerRow

_LONGEST_NAME, _LONGEST_PATH = 255, 900
"""Bytes: what disks take, and what S3, which takes 1024, leaves beside the output's own path."""

OWN = "_rr"
"""Our own folder, for everything but the photographs."""

PLAN = f"{OWN}/plan"
"""Folder of the plan's chunks."""
PREVIEWS = f"{OWN}/previews"
"""Folder of small before/after pairs."""
LEDGER = f"{OWN}/ledger"
"""Folder of the ledgers."""
COMPANIONS = f"{OWN}/companions"
"""Folder of lists of the companions that were copied."""
REPORT = f"{OWN}/report.html"
"""The report for people."""
ROWS = f"{OWN}/rows"
"""Folder of the rows of the report's table that are not in the report itself."""
FAILURES = f"{OWN}/failures.csv"
"""The list of photographs that could not be restored."""
LEFT_OUT = f"{OWN}/left_out.csv"
"""The list of files that are neither photographs nor copied beside one."""
SUMMARY = f"{OWN}/run.json"
"""The counts of the last finished run."""
SOURCE = f"{OWN}/source"
"""Names the input folder that this output belongs to."""
UNFINISHED = f"{OWN}/unfinished"
"""Folder of files that are being written, on a disk."""
CLAIMS = f"{OWN}/claims"
"""Folder of the claims of runs that work on this output."""
PLANNING = f"{CLAIMS}/plan"
"""Claimed by the run that extends the plan."""
COPYING = f"{CLAIMS}/companions"
"""Claimed by the run that copies companions."""
REPORTING = f"{CLAIMS}/report"
"""Claimed by the run that writes the report."""


def ledger(chunk: str) -> str:
    """Return the path of a chunk's ledger."""
    return f"{LEDGER}/{chunk}.jsonl"


def ledger_parts(chunk: str) -> str:
    """Return the folder of a ledger's parts, for object storage, which cannot append."""
    return f"{LEDGER}/{chunk}"


def work(chunk: str) -> str:
    """Return the name that the run restoring a chunk claims."""
    return f"{CLAIMS}/{chunk}"


def restored(path: str) -> str:
    """Return the path of the restored photograph."""
    return to_path(path)


def output(row: LedgerRow) -> str:
    """Return the path of the output that a row is about."""
    return restored(row.output or row.path)


def prior(path: str) -> str:
    """Return the path of the diagnosis beside the restored photograph.

    `NAME.prior.json`; or where that is longer than disks or S3 take, the beginning of the name, a
    tilde and the name's BLAKE2b hash of 64 bits, so that it is not longer than the photograph's own
    name (or has 28 bytes): `NAM~0123456789abcdef.prior.json`.
    """
    folder, slash, name = to_path(path).rpartition("/")
    beside = f"{name}{PRIOR_SUFFIX}"
    too_long = len(os.fsencode(beside)) > _LONGEST_NAME
    if not too_long and len(os.fsencode(folder + slash + beside)) <= _LONGEST_PATH:
        return folder + slash + beside
    raw = os.fsencode(name)
    ending = f"~{hashlib.blake2b(raw, digest_size=8).hexdigest()}{PRIOR_SUFFIX}"
    room = max(0, min(len(raw), _LONGEST_NAME) - len(ending))
    return f"{folder}{slash}{raw[:room].decode(errors='ignore')}{ending}"
