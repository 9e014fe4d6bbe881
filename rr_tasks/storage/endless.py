"""What on a disk is not read, because it would wait for data or never end."""

import stat
from pathlib import Path

from rr_tasks.storage.failure import StorageError

_KINDS = {
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def check_ends(path: Path, url: str) -> None:
    """Make sure that reading a file comes to an end.

    Raises:
        StorageError: it is a pipe, a socket or a device, or a link to one; the message names `url`.
        OSError: it cannot be looked at.
    """
    kind = _KINDS.get(stat.S_IFMT(path.stat().st_mode))
    if kind is not None:
        raise StorageError(f"{url}: {kind}, not a file")
