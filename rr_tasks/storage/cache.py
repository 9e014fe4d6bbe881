"""Folders of this user that outlive runs."""

import os
from pathlib import Path


def cache_folder(name: str) -> Path:
    """Return a folder such as ~/.cache/reason-and-restore/NAME, which need not exist yet.

    Unlike a folder in TMPDIR, nobody else can have made it.
    """
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "reason-and-restore" / name
