"""Starts a program in two processes that train together, as `torchrun` does."""

import os
import socket
import subprocess
import sys
from pathlib import Path

_REPOSITORY = Path(__file__).parents[1]


def run_in_two_processes(program: Path, folder: Path) -> None:
    """Run `program FOLDER` in both, and wait until they end well."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    running = [_start(program, folder, rank, port) for rank in (0, 1)]
    for process in running:
        _, errors = process.communicate(timeout=300)
        assert process.returncode == 0, errors


def _start(program: Path, folder: Path, rank: int, port: int) -> subprocess.Popen[str]:
    environment = os.environ | {
        "RANK": str(rank),
        "LOCAL_RANK": str(rank),
        "WORLD_SIZE": "2",
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": str(port),
        "PYTHONPATH": str(_REPOSITORY),
        "OMP_NUM_THREADS": "1",
    }
    command = [sys.executable, str(program), str(folder)]
    return subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
