"""Which names a disk takes for one: those that differ only in case, or in how accents are coded."""

import unicodedata
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from posixpath import normpath

from rr_tasks.storage.explanation import explain_errors

Identify = Callable[[str], str]
"""Returns the same text for all paths, below one folder, of one file."""


@dataclass(frozen=True)
class Folding:
    """Whether a disk ignores `cases`, and the `forms` in which Unicode writes an accent."""

    cases: bool
    forms: bool

    def identify(self, path: str) -> str:
        """Return the same text for all paths of one file; see `Identify`."""
        path = normpath(path.lstrip("/"))
        if self.cases:
            path = path.casefold()
        return unicodedata.normalize("NFC", path) if self.forms else path


def probe_folding(folder: Path) -> Folding:
    """Find out by trying, in a folder that is created if it is missing.

    Raises:
        StorageError: no file can be written there.
    """
    with explain_errors(str(folder)):
        folder.mkdir(parents=True, exist_ok=True)
        cases, forms = _are_one(folder, "rr-probe", "RR-PROBE"), False
        with suppress(OSError):  # a disk that takes no such name takes no two of them for one
            forms = _are_one(folder, "rr-\u00e9", "rr-e\u0301")
    return Folding(cases, forms)


def _are_one(folder: Path, name: str, other: str) -> bool:
    probe = folder / name
    try:
        probe.touch()
        return (folder / other).exists()
    finally:
        probe.unlink(missing_ok=True)
