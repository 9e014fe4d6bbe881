"""A process that goes on after the command that started it, and is found again without a record.

Its environment says which folder it belongs to, and so does that of all it starts. No file holds
its number, which could be lost in a crash or belong to another process later.
"""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

_FOLDER = "RR_LOCAL_FOLDER"
_UNREADABLE = (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess)


@dataclass(frozen=True)
class Part:
    """What to run: arguments of Python, what they need in the environment, and where to log."""

    name: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str]
    log: Path

    def start(self, folder: Path) -> psutil.Popen:
        """Start it in a session of its own, with all output appended to its log."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        environment = os.environ | self.environment | {_FOLDER: str(folder)}
        with self.log.open("ab") as log:
            return psutil.Popen(
                [sys.executable, *self.arguments],
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def find(self, folder: Path) -> psutil.Process | None:
        """Return its process, if it is running for this folder."""
        return next((one for one in find_all(folder) if self.is_run_by(one)), None)

    def is_run_by(self, process: psutil.Process) -> bool:
        """Whether a process of the folder is this part, and not something that a part started."""
        with suppress(*_UNREADABLE):
            return tuple(process.cmdline()[1:]) == self.arguments
        return False


def find_all(folder: Path) -> list[psutil.Process]:
    """Find every process that belongs to a folder."""
    return list(_belonging(str(folder)))


def _belonging(folder: str) -> Iterator[psutil.Process]:
    for process in psutil.process_iter():
        with suppress(*_UNREADABLE):
            if process.environ().get(_FOLDER) == folder:
                yield process


def read_environment(process: psutil.Process) -> dict[str, str]:
    """Return what a process was started with; nothing if it has just ended."""
    with suppress(*_UNREADABLE):
        return dict(process.environ())
    return {}
