"""Ends everything on this machine that belongs to a folder."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from flows.local.part import find_all

_SERVER = ("prefect", "server", "start")
_PATIENCE_SECONDS = 20


@dataclass(frozen=True)
class Ended:
    """How many processes ended, and how many of them only because they were killed."""

    processes: int
    killed: int


def end_all(folder: Path) -> Ended:
    """End workers and runs first, so that they can tell the server, and then the server.

    A run that is ended goes on when it is started again.
    """
    ended = killed = 0
    for server in (False, True):
        chosen = [one for one in find_all(folder) if _is_server(one) == server]
        ended += len(chosen)
        killed += _end(chosen)
    return Ended(ended, killed)


def _is_server(process: psutil.Process) -> bool:
    try:
        return tuple(process.cmdline()[2:5]) == _SERVER
    except psutil.Error:
        return False


def _end(processes: Iterable[psutil.Process]) -> int:
    """Ask processes to end, kill those that do not, and return their number."""
    chosen = list(processes)
    for one in chosen:
        _tell(one, kill=False)
    _, alive = psutil.wait_procs(chosen, timeout=_PATIENCE_SECONDS)
    for one in alive:
        _tell(one, kill=True)
    psutil.wait_procs(alive, timeout=_PATIENCE_SECONDS)
    return len(alive)


def _tell(process: psutil.Process, *, kill: bool) -> None:
    with suppress(psutil.NoSuchProcess):
        if kill:
            process.kill()
        else:
            process.terminate()
