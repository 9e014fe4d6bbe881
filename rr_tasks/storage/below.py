"""Joins names that come from outside to a folder: what is outside of it is never named.

The rows of shards, plans and ledgers hold such names, and so do listings of object storage.
"""

from posixpath import normpath

from rr_tasks.display import to_line
from rr_tasks.storage.failure import StorageError
from rr_tasks.storage.files import join


class EscapingNameError(StorageError):
    """A name from outside would lead out of its folder."""


def join_below(root: str, path: str) -> str:
    """Append a path that comes from outside to a URL or folder.

    Raises:
        EscapingNameError: see `check_below`.
    """
    check_below(root, path)
    return join(root, path)


def check_below(root: str, path: str) -> None:
    """Check that a path leads to a place below the folder that it is appended to.

    Links are not followed; `LocalFolder` does.

    Raises:
        EscapingNameError: it does not, or it names nothing.
    """
    within = normpath(path.lstrip("/"))
    if within in {".", ".."} or within.startswith("../") or "\0" in path:
        raise EscapingNameError(f"{to_line(path)} leads out of the folder {root}, by its name")
