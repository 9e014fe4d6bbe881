"""However a process is stopped, it ends with one line and the status that shells expect."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from flows.cli.stopping import LINE

ROOT = Path(__file__).parents[3]

STOPPABLE = """
import atexit, sys, threading, time, types
from importlib.abc import MetaPathFinder

moment = sys.argv[1]

def pause(seconds=60):
    print("now", flush=True)
    time.sleep(seconds)

class Slow(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name == moment:
            pause()

def work():
    pause()

def swallow():
    try:
        pause()
    except KeyboardInterrupt:
        time.sleep(60)

def clear_away():
    try:
        pause()
    finally:
        pause()

def fail():
    try:
        pause()
    finally:
        raise ImportError("half of a module")

def start_thread():
    threading.Thread(target=time.sleep, args=(60,)).start()
    pause()

def load():
    import symtable

def end():
    atexit.register(pause, 1)

sys.meta_path.insert(0, Slow())
from flows.cli import main
if moment == "command":
    from flows.cli.commands import app
    app.command("stage")(work)
elif moment != "flows.cli.commands":
    sys.modules["flows.cli.commands"] = types.SimpleNamespace(app=globals().get(moment, load))
sys.argv = ["rr", "stage"]
main()
"""


def stop(moment: str, numbers: tuple[signal.Signals, ...]) -> tuple[int, str]:
    """Send these signals, one at each pause of a process; return its status and what it says."""
    with subprocess.Popen(
        [sys.executable, "-c", STOPPABLE, moment],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        for number in numbers:
            assert process.stdout
            assert process.stdout.readline() == "now\n"
            process.send_signal(number)
        _, said = process.communicate(timeout=50)
    return process.returncode, said


@pytest.mark.parametrize(
    "moment",
    ["flows.cli.commands", "symtable", "work", "swallow", "fail", "start_thread"],
    ids=[
        "while the command line is imported",
        "while a stage is imported",
        "at work",
        "where it gets lost",
        "where it becomes another error",
        "while threads are at work",
    ],
)
def test_ctrl_c_ends_with_one_line(moment: str) -> None:
    assert stop(moment, (signal.SIGINT,)) == (130, f"{LINE}\n")


@pytest.mark.parametrize("moment", ["flows.cli.commands", "command"])
def test_termination_ends_with_the_same_line(moment: str) -> None:
    assert stop(moment, (signal.SIGTERM,)) == (143, f"{LINE}\n")


@pytest.mark.parametrize("second", [signal.SIGINT, signal.SIGTERM])
def test_who_does_not_want_to_wait_asks_again(second: signal.Signals) -> None:
    assert stop("clear_away", (signal.SIGINT, second)) == (130, f"{LINE}\n")


def test_what_is_done_is_done() -> None:
    assert stop("end", (signal.SIGINT,)) == (0, "")
