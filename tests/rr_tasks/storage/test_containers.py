"""Containers on one machine: they have the same host name and process numbers, and only some live.

Each is a process in a name space of its own, where it has the number 1, as in a container.
"""

import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from rr_tasks.storage.leftovers import remove_leftovers

ROOT = Path(__file__).parents[3]
CONTAINER = ["unshare", "--user", "--map-root-user", "--pid", "--fork", "--kill-child"]
WORK = """
import sys, time
from pathlib import Path
from rr_tasks.storage.atomic import write_atomically
from rr_tasks.storage.claim import claim_in_turn
from rr_tasks.storage.leftovers import remove_leftovers
from rr_tasks.storage.scratch import scratch_folder

folder = Path(sys.argv[1])
remove_leftovers(str(folder))
with (
    claim_in_turn(str(folder / "a"), lambda held: print("waiting for", held.owner, flush=True)),
    scratch_folder(),
    write_atomically(folder / "b") as partial,
):
    partial.touch()
    print("working", flush=True)
    time.sleep(60)
"""


@contextmanager
def container(folder: Path) -> Iterator["subprocess.Popen[str]"]:
    command = [*CONTAINER, "--mount-proc", sys.executable, "-c", WORK, str(folder)]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "TMPDIR": str(folder)}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def next_line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout
    return process.stdout.readline().rstrip()


def left_by_two(folder: Path) -> tuple[int, int]:
    """How many scratch folders and temporary files there are."""
    return len(list(folder.glob("rr-*"))), len(list(folder.glob(".rr-*.part")))


@pytest.mark.skipif(
    subprocess.run([*CONTAINER, "true"], capture_output=True, check=False).returncode != 0,
    reason="this system makes no name spaces",
)
def test_a_container_that_lives_is_waited_for_and_a_dead_one_is_not(tmp_path: Path) -> None:
    with container(tmp_path) as first:
        assert next_line(first) == "working"
        with container(tmp_path) as second:
            told = f"waiting for another run on {platform.node()} (process 1)"
            assert next_line(second) == told
            remove_leftovers(str(tmp_path))
            assert left_by_two(tmp_path) == (1, 1)
            first.kill()
            killed = time.monotonic()
            assert next_line(second) == "working"
            assert time.monotonic() - killed < 5
            assert left_by_two(tmp_path) == (2, 2)
            with container(tmp_path) as third:
                assert next_line(third) == told
                assert left_by_two(tmp_path) == (1, 1)
                second.kill()
                assert next_line(third) == "working"
