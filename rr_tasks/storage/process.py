"""Tells which process wrote something, and whether it is still alive."""

import hashlib
import os
import platform
import re
from pathlib import Path

SIGN = re.compile(r"(?P<machine>[0-9a-f]{8})-(?P<process>[1-9][0-9]*)")
"""The form of what `sign` returns."""


def sign() -> str:
    """Return a short text that identifies this process on this machine and fits in file names."""
    return f"{_MACHINE}-{os.getpid()}"


def is_gone(writer: str) -> bool:
    """Whether a process ran on this machine and has ended.

    Nothing is known about processes of other machines, so they count as alive.
    """
    found = SIGN.fullmatch(writer)
    if found is None or found["machine"] != _MACHINE:
        return False
    try:
        os.kill(int(found["process"]), 0)
    except (ProcessLookupError, OverflowError):
        return True
    except PermissionError:  # it exists, and belongs to another user
        return False
    return False


def _machine() -> str:
    """Identify the machine or container, as process numbers mean nothing in another one."""
    try:
        space = str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        space = ""
    return hashlib.sha256(f"{platform.node()} {space}".encode()).hexdigest()[:8]


_MACHINE = _machine()
