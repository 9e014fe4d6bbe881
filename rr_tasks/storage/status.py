"""What distinguishes one version of a file from another."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Status:
    """Size in bytes, and the time of the last change in nanoseconds since 1970.

    Object storage reports whole seconds.
    """

    size: int
    mtime_ns: int
