"""How many processor cores this process may use."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from math import ceil
from pathlib import Path

from schemas.workers import MAX_WORKERS

ROOT = Path("/")
_most: ContextVar[int] = ContextVar("most", default=MAX_WORKERS)


def available_cpus(root: Path = ROOT) -> int:
    """Return how many cores this process may use: at least 1, and at most what every limit allows.

    The limits are the machine's cores, the process's affinity and the quota of its control groups,
    which is how containers are limited. A quota of one and a half cores counts as two, because two
    workers use all of it.

    Args:
        root: where `proc` and `sys` are.
    """
    limits = [float(_affinity()), *_quotas(root)]
    return max(1, ceil(min(limits)))


def default_workers() -> int:
    """Return how many things to do at a time unless the user says otherwise."""
    return min(available_cpus(), _most.get())


@contextmanager
def doing_at_most(count: int) -> Iterator[None]:
    """Let `default_workers` return no more than this, because others share the machine."""
    token = _most.set(count)
    try:
        yield
    finally:
        _most.reset(token)


def _affinity() -> int:
    if hasattr(os, "sched_getaffinity"):  # not on macOS
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _quotas(root: Path) -> Iterator[float]:
    """Yield the cores that each control group of this process allows."""
    for group in control_groups(root, "cpu"):
        with suppress(OSError, ValueError):  # the root group has no file, others may say "max"
            quota, period = map(int, (group / "cpu.max").read_text().split())
            yield quota / period
        with suppress(OSError, ValueError):  # version 1
            quota = int((group / "cpu.cfs_quota_us").read_text())
            period = int((group / "cpu.cfs_period_us").read_text())
            if quota > 0:  # -1 is no limit
                yield quota / period


def control_groups(root: Path, controller: str) -> Iterator[Path]:
    """Yield the folders of the control groups of this process, of both versions, innermost first.

    Args:
        root: where `proc` and `sys` are.
        controller: `cpu` or `memory`.
    """
    with suppress(OSError):
        for line in (root / "proc/self/cgroup").read_text().splitlines():
            _, controllers, path = line.split(":", 2)
            mounts = {""} if not controllers else {controllers, controller}
            if not controllers or controller in controllers.split(","):
                for mount in mounts:
                    yield from _groups(root / "sys/fs/cgroup" / mount, path)


def _groups(mount: Path, path: str) -> Iterator[Path]:
    """Yield a group and those around it; a container may see only its own group, as the mount."""
    group = Path(path.lstrip("/"))
    for inner in (group, *group.parents):
        yield mount / inner
