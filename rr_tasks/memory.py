"""How much memory this process may use."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from rr_tasks.cpu import ROOT, control_groups

_LIMITS = ("memory.max", "memory.limit_in_bytes")
"""In which control groups of version 2 and 1 say what they allow."""


def available_memory(root: Path = ROOT) -> int:
    """Return the bytes that this process may use: the machine's, or fewer in a container.

    Args:
        root: where `proc` and `sys` are.
    """
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return min(machine, *_limits(root))


def _limits(root: Path) -> Iterator[int]:
    yield 2**62
    for group in control_groups(root, "memory"):
        for name in _LIMITS:
            with suppress(OSError, ValueError):  # the other version, or "max"
                yield int((group / name).read_text())
