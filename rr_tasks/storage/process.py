"""Which process wrote something, and whether it is still alive."""

import hashlib
import os
import platform
import re
from pathlib import Path

SIGN = re.compile(r"(?P<machine>[0-9a-f]{8})-(?P<process>[1-9][0-9]*)")
"""What `sign` gives."""


def sign() -> str:
    """Short for this process on this machine; fit for names of files."""
    return f"{_MACHINE}-{os.getpid()}"


def is_gone(writer: str) -> bool:
    """Whether the process of a `sign` was one of this machine and has ended.

    A process of another machine may be alive or not, nobody here knows.
    """
    found = SIGN.fullmatch(writer)
    if found is None or found["machine"] != _MACHINE:
        return False
    try:
        os.kill(int(found["process"]), 0)
    except (ProcessLookupError, OverflowError):
        return True
    except PermissionError:  # it is there, and another user's
        return False
    return False


def _machine() -> str:
    """A process number means nothing in another container, though its host may be of one name."""
    try:
        space = str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        space = ""
    return hashlib.sha256(f"{platform.node()} {space}".encode()).hexdigest()[:8]


_MACHINE = _machine()
