"""Starts what a study of many machines needs, each a process that ends with the study."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from types import TracebackType
from typing import Self

import psutil

ROOT = Path(__file__).parents[3]
SECONDS_TO_START = 180.0
SECONDS_TO_END = 15.0


@contextmanager
def running(
    command: Sequence[str], log: Path, variables: Mapping[str, str] | None = None
) -> Iterator[int]:
    """Run a command until the end of the block; give its process, which leads a group.

    Args:
        command: what to run. It finds this repository and these studies when it imports.
        log: what it prints is added to this file.
        variables: of its environment, beside those of this process.
    """
    found = os.pathsep.join(map(str, (ROOT, Path(__file__).parent)))
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            env={**os.environ, "PYTHONPATH": found, **(variables or {})},
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        yield process.pid
    finally:
        for number in (signal.SIGTERM, signal.SIGKILL):
            if process.poll() is None:
                os.killpg(process.pid, number)
                try:
                    process.wait(SECONDS_TO_END)
                except subprocess.TimeoutExpired:
                    continue


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def wait_for_port(host: str, port: int) -> None:
    """Wait until somebody listens."""
    deadline = time.monotonic() + SECONDS_TO_START
    while True:
        try:
            socket.create_connection((host, port), timeout=1).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
        else:
            return


@contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """Run PostgreSQL, as Debian installs it, with its data in a folder; give a URL for Prefect."""
    programs = max(Path("/usr/lib/postgresql").glob("*/bin"))
    data, port = folder / "postgresql", free_port()
    data.mkdir(parents=True)
    as_user: list[str] = []
    if os.getuid() == 0:  # it refuses to run as root
        as_user = ["runuser", "-u", "postgres", "--"]
        subprocess.run(["chown", "postgres", str(data)], check=True)
    subprocess.run(
        [*as_user, str(programs / "initdb"), "-D", str(data), "-U", "prefect", "-A", "trust"],
        check=True,
        capture_output=True,
    )
    places = ["-D", str(data), "-p", str(port), "-h", "127.0.0.1", "-k", str(data)]
    with running([*as_user, str(programs / "postgres"), *places], folder / "postgresql.log"):
        wait_for_port("127.0.0.1", port)
        yield f"postgresql+asyncpg://prefect@127.0.0.1:{port}/postgres"


class Watch:
    """Looks at processes now and then, until the end of the block."""

    def __init__(self, processes: Mapping[str, int]) -> None:
        self._processes = {name: psutil.Process(number) for name, number in processes.items()}
        self._begun = {name: _seconds(one) for name, one in self._processes.items()}
        self.peak_mib = dict.fromkeys(processes, 0.0)
        self.cpu_seconds = dict.fromkeys(processes, 0.0)
        self._ended = Event()
        self._thread = Thread(target=self._look_often, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ended.set()
        self._thread.join()
        self._look()

    def _look_often(self) -> None:
        while not self._ended.wait(0.2):
            self._look()

    def _look(self) -> None:
        for name, process in self._processes.items():
            mib = process.memory_info().rss / 2**20
            self.peak_mib[name] = max(self.peak_mib[name], mib)
            self.cpu_seconds[name] = _seconds(process) - self._begun[name]


def _seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)
