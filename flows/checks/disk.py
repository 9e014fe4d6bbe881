"""Whether there is space where runs write."""

import shutil
import tempfile
from pathlib import Path

from flows.checks.finding import Finding

_GIB = 2**30
_LEAST = 2 * _GIB
"""A shard and the photographs of every core pass through the temporary folder."""


def check_disk(place: Path, advice: str) -> Finding:
    """Look at the free space of a folder that exists."""
    free = shutil.disk_usage(place).free
    said = f"{place} has {free / _GIB:.1f} GiB free"
    return Finding("disk", said) if free >= _LEAST else Finding("disk", said, advice, wrong=True)


def check_disks() -> list[Finding]:
    """Look at the folder for temporary files and at the working folder."""
    temporary = Path(tempfile.gettempdir())
    found = [check_disk(temporary, "free some space, or set TMPDIR to a folder on another disk")]
    if temporary.stat().st_dev != Path.cwd().stat().st_dev:
        found.append(check_disk(Path.cwd(), "free some space, or work in another folder"))
    return found
