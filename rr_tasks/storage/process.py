"""Tells which process wrote something, and whether it is still alive."""

import hashlib
import os
import platform
import re
import secrets
from pathlib import Path

SIGN = re.compile(
    r"(?P<machine>[0-9a-f]{8})-(?P<space>[0-9]+)-(?P<process>[1-9][0-9]*)-(?P<start>[0-9]+)"
)
"""The form of what `sign` returns."""

_PROC = Path("/proc")
_ENDED = ("Z", "X")
_START = 18
"""In `/proc/PID/stat` after the state, which follows the name; see proc(5), field 22."""


def sign() -> str:
    """Return a short text that no other process ever has and that fits in file names.

    It names the start of the machine, the space of process numbers, the number, and when the
    process started: the next container has the host name and the numbers of the one before it.
    """
    return sign_of(os.getpid())


def sign_of(process: int) -> str:
    """Return the sign of a process with a number of this container or machine."""
    return f"{_MACHINE}-{_SPACE}-{process}-{_start_of(process) or 0}"


def is_here(writer: str) -> bool:
    """Whether a process is or was on this machine, in any container, since the machine started."""
    found = SIGN.fullmatch(writer)
    return found is not None and found["machine"] == _MACHINE


def is_gone(writer: str) -> bool:
    """Whether a process of this machine or container has ended.

    Nothing is known about processes elsewhere, so they count as alive. The number of a space is
    given away again only when nothing is left in it.
    """
    found = SIGN.fullmatch(writer)
    if found is None or (found["machine"], found["space"]) != (_MACHINE, _SPACE):
        return False
    try:
        os.kill(int(found["process"]), 0)
    except (ProcessLookupError, OverflowError):
        return True
    except PermissionError:  # it exists, and belongs to another user
        pass
    start = _start_of(int(found["process"]))
    return start is not None and start != found["start"]


def _start_of(process: int) -> str | None:
    """Return when a process started, counted from the start of the machine; None if unknown.

    One that has ended, and that only its parent has not noticed yet, has no start any more.
    """
    try:
        about = (_PROC / str(process) / "stat").read_bytes()
    except OSError:
        return None
    state, *fields = about.rpartition(b")")[2].decode().split()
    return "" if state in _ENDED else fields[_START]


def _machine() -> str:
    """Identify one start of the machine, for all its containers; without /proc, the host."""
    try:
        start = (_PROC / "sys/kernel/random/boot_id").read_text()
    except OSError:
        start = platform.node()
    return hashlib.sha256(start.encode()).hexdigest()[:8]


def _space() -> str:
    """Identify where process numbers mean what they mean here: the container, or the machine."""
    try:
        if (_PROC / "self").readlink() != Path(str(os.getpid())):
            return str(secrets.randbits(32))  # this /proc is about other processes
        return str((_PROC / "self/ns/pid").stat().st_ino)
    except OSError:
        return "0"


_MACHINE, _SPACE = _machine(), _space()
