import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rr_tasks.confinement.limits import MIB, CrashError, LimitError, Limits
from rr_tasks.confinement.process import confined
from rr_tasks.confinement.work import Function
from tests.rr_tasks.confinement import works

ROOMY = Limits(seconds=60.0, memory=2048 * MIB)


def first(function: Function, *arguments: object, limits: Limits = ROOMY) -> Any:
    with confined(function, *arguments) as steps:
        return steps.take(limits)


def is_alive(process: int) -> bool:
    return Path(f"/proc/{process}").exists()


def test_steps_are_taken_one_by_one_in_another_process() -> None:
    with confined(works.count, "a", "b") as steps:
        (a, process), (b, same) = steps.take(ROOMY), steps.take(ROOMY)
    assert (a, b) == ("a", "b")
    assert process == same != os.getpid()
    assert first(works.count, "c") == ("c", process)  # it is used again
    with confined(works.count, "d") as one, confined(works.count, "e") as other:
        assert one.take(ROOMY)[1] != other.take(ROOMY)[1]


def test_arrays_arrive_once_and_can_be_changed() -> None:
    array, same = first(works.fill, 300, 200, 3)
    assert array is same
    assert (array == np.full((300, 200, 3), 7, np.uint16)).all()
    array[0] = 1


def test_what_lasts_too_long_is_ended_and_waiting_counts_for_nothing() -> None:
    with confined(works.count, 0) as steps:
        _, process = steps.take(ROOMY)
    limits = Limits(seconds=0.5, memory=ROOMY.memory)
    with confined(works.wait_and_last, 30.0) as steps:
        steps.take(limits)
        time.sleep(1.0)
        started = time.monotonic()
        with pytest.raises(LimitError, match=r"more than the limit of 0.5 s \(max_seconds\)"):
            steps.take(limits)
        assert time.monotonic() - started < 10
    assert not is_alive(process)
    assert first(works.count, "next")[0] == "next"


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is not told here")
def test_what_grows_too_large_is_ended() -> None:
    with pytest.raises(LimitError, match=r"more memory than the limit of 200 MiB \(max_memory\)"):
        first(works.grow, 400, limits=Limits(60.0, 200 * MIB))
    assert first(works.count, "next")[0] == "next"


def test_a_crash_ends_nothing_but_the_work() -> None:
    with pytest.raises(CrashError, match=r"a decoder or encoder crashed on it \(SIGSEGV\)"):
        first(works.crash, signal.SIGSEGV)
    with pytest.raises(CrashError, match="ended by the system, which may be out of memory"):
        first(works.crash, signal.SIGKILL)
    assert first(works.count, "next")[0] == "next"


def test_errors_are_raised_here_even_those_that_cannot_be_sent() -> None:
    with pytest.raises(ValueError, match="as expected"):
        first(works.fail, "plain")
    with pytest.raises(RuntimeError, match="Odd: very odd"):
        first(works.fail, "odd")


def test_many_threads_get_a_process_each() -> None:
    found: list[Any] = []
    threads = [
        threading.Thread(target=lambda n=n: found.append(first(works.count, n)[0]))
        for n in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == list(range(6))


PARENT = """
import sys
from rr_tasks.confinement.process import confined
from rr_tasks.confinement.limits import Limits
from tests.rr_tasks.confinement import works

limits = Limits(600.0, 2**31)
with confined(works.count, 0) as steps:
    print(steps.take(limits)[1], flush=True)
with confined(works.wait_and_last, 600.0) as steps:
    steps.take(limits)
    print("busy", flush=True)
    steps.take(limits)
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_it_never_outlives_its_parent(number: int) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    ) as parent:
        child = int(parent.stdout.readline())
        assert parent.stdout.readline() == "busy\n"
        assert is_alive(child)
        parent.send_signal(number)
        parent.wait()
    end = time.monotonic() + 10
    while is_alive(child) and time.monotonic() < end:
        time.sleep(0.05)
    assert not is_alive(child)
