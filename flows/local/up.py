"""Starts everything on this machine that is not running yet, and puts the flows on the server."""

import fcntl
import shutil
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
from prefect.settings import PREFECT_API_URL, temporary_settings

from flows.deploy import Deployed, deploy
from flows.local.database import check_database
from flows.local.part import Part, find_all, read_environment
from flows.local.place import HOST, Place, furnish, keep_port
from schemas.errors import ExpectedError

_START_SECONDS = 600  # a busy machine is slow, and an end is noticed at once
_LOG_LINES = 12


class CannotStartError(ExpectedError, RuntimeError):
    """A part does not start, or may not; the message says why and what to do."""


@dataclass(frozen=True)
class Started:
    """What is running now: the place, the names of parts that were started, what is deployed."""

    place: Place
    parts: tuple[str, ...]
    deployed: Deployed


def start_all(place: Place, say: Callable[[str], None], notify: str | None = None) -> Started:
    """Start what is not running yet; after a kill at any moment, the next call does the rest.

    Args:
        place: the folder and the port.
        say: called with what takes a while.
        notify: see `flows.automations.apply_automations`.

    Raises:
        CannotStartError: a port is taken, a part ends at once, or all is running on another port.
        DatabaseError: the database does not answer, or is not the one that the folder had.
    """
    furnish(place.folder)
    with _alone(place.state):
        _check_running(place)
        _begin_counts(place)
        _check_ports(place)
        check_database(place.state, place.database)
        keep_port(place)
        (server, answering), *others = _parts(place)
        started = [_ensure(server, place.folder, answering, say)]
        say("Putting the flows on the server")
        with temporary_settings({PREFECT_API_URL: place.api}):
            deployed = deploy(place.folder, notify=notify)  # or the worker finds no pool
        started += [_ensure(part, place.folder, url, say) for part, url in others]
    return Started(place, tuple(name for name in started if name), deployed)


def _parts(place: Place) -> Iterator[tuple[Part, str | None]]:
    """Yield the parts in the order of starting, each with the URL that answers once it is ready."""
    yield place.server(), f"{place.api}/health"
    yield place.worker(), None
    yield place.metrics(), place.metrics_url


def _ensure(part: Part, folder: Path, answering: str | None, say: Callable[[str], None]) -> str:
    """Start a part unless it is running, wait until it answers; return its name if it was started.

    Args:
        part: what to start.
        folder: what it belongs to.
        answering: URL that answers once it is ready, if there is one.
        say: called if it is started.
    """
    process = part.find(folder)
    started = part.name if process is None else ""
    if process is None:
        say(f"Starting the {part.name}")
        process = part.start(folder)
    if answering:
        _wait(part, process, answering)
    return started


def _check_running(place: Place) -> None:
    """Make sure that what runs for the folder is where it is wanted."""
    for process in find_all(place.folder):
        api = read_environment(process).get("PREFECT_API_URL", place.api)
        if api != place.api:
            raise CannotStartError(
                f"the server of {place.folder} is running already, at "
                f"{api.removesuffix('/api')}; leave out --port, or end it first: rr down"
            )


def _begin_counts(place: Place) -> None:
    """Let metrics begin at zero if nothing runs that counts, as each run leaves a file of its own.

    Prometheus expects that of everything that starts again.
    """
    if not find_all(place.folder):
        shutil.rmtree(place.counts, ignore_errors=True)


def _check_ports(place: Place) -> None:
    """Make sure that the ports of parts that are not running are free."""
    for part, answering in _parts(place):
        if answering and part.find(place.folder) is None:
            _check_port(httpx.URL(answering).port or 0)


def _check_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise CannotStartError(
                f"port {port} is taken by another program; choose two free ones by --port, such as "
                f"--port {port + 100} (the metrics are at the next one), or end that program"
            ) from error


def _wait(part: Part, process: psutil.Process, url: str) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not _answers(url):
        if not process.is_running() or process.status() == psutil.STATUS_ZOMBIE:
            raise CannotStartError(f"the {part.name} ended at once; {_last_words(part.log)}")
        if time.monotonic() > deadline:
            raise CannotStartError(
                f"the {part.name} does not answer at {url} after {_START_SECONDS} s; "
                f"{_last_words(part.log)}"
            )
        time.sleep(0.2)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5, trust_env=False).is_success
    except httpx.HTTPError:
        return False


def _last_words(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines()[-_LOG_LINES:]
    return f"its log {log} ends: {' | '.join(line.strip() for line in lines)}"


@contextmanager
def _alone(state: Path) -> Iterator[None]:
    """Let one command at a time start or end what belongs to a folder."""
    state.mkdir(mode=0o700, exist_ok=True)
    with (state / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the system lets go of it, however this process ends
        yield
