import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path

import pytest
import torch

from flows.runner import Processes, Runner, Threads, WorkerDiedError, as_completed
from rr_tasks.progress import Progress, listening, report

ROOT = Path(__file__).parents[2]
each_runner = pytest.mark.parametrize("make", [Threads, Processes])


def wait(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


def multiply(key: int, factor: int) -> tuple[int, int]:
    return key * factor, torch.get_num_threads()


def tell(key: int) -> None:
    report(Progress(str(key), done=key))


def break_first(key: int, folder: str) -> None:
    if key == 0:
        raise OSError("shard 0 broke")
    time.sleep(0.05)
    Path(folder, str(key)).touch()


def end_process(_key: int) -> None:
    os._exit(7)


@each_runner
def test_each_key_comes_with_its_result_of_one_thread(make: Callable[[int], Runner]) -> None:
    results = dict(make(2).run(multiply, range(5), 10))
    assert results == {key: (10 * key, 1) for key in range(5)}


def test_a_slow_one_holds_up_nobody() -> None:
    """One of 1 s and twenty of 0.05 s on two workers take 1 s, not 1.45."""
    start = time.monotonic()
    results = [result for _, result in Threads(2).run(wait, [1.0, *[0.05] * 20])]
    assert time.monotonic() - start < 1.25
    assert results.index(1.0) >= 18


@each_runner
def test_reports_of_tasks_arrive(make: Callable[[int], Runner]) -> None:
    heard: list[Progress] = []
    with listening(heard.append):
        list(make(2).run(tell, range(3)))
    assert {one.task: one.done for one in heard} == {"0": 0, "1": 1, "2": 2}


@each_runner
def test_a_failure_is_raised_and_what_has_not_begun_never_does(
    make: Callable[[int], Runner], tmp_path: Path
) -> None:
    with pytest.raises(OSError, match="shard 0 broke"):
        list(make(2).run(break_first, range(1000), str(tmp_path)))
    made = len(list(tmp_path.iterdir()))
    assert made < 20
    time.sleep(0.2)
    assert len(list(tmp_path.iterdir())) == made


def test_one_worker_works_in_the_callers_thread() -> None:
    """Only there does Ctrl-C end a long shard at once."""
    found = [thread for _, thread in Threads(1).run(lambda _: threading.current_thread(), [1, 2])]
    assert found == [threading.current_thread()] * 2


def test_a_process_that_dies_is_an_error_for_people() -> None:
    with pytest.raises(WorkerDiedError, match="fewer workers"):
        list(Processes(1).run(end_process, [1]))


def is_deaf_to_ctrl_c(_key: int = 0) -> bool:
    return signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, ())


def test_only_the_parent_of_worker_processes_hears_ctrl_c() -> None:
    """It reaches them all, and one that is still importing would print a traceback."""
    assert list(Processes(1).run(is_deaf_to_ctrl_c, [1])) == [(1, True)]
    assert not is_deaf_to_ctrl_c()


@pytest.mark.parametrize("window", [2, 6])
def test_only_a_window_of_keys_is_submitted(window: int) -> None:
    unfinished: list[Future[None]] = []
    most = 0

    def submit(_key: int) -> "Future[None]":
        nonlocal most
        future: Future[None] = Future()
        unfinished.append(future)
        most = max(most, len(unfinished))
        if len(unfinished) == window:
            unfinished.pop(0).set_result(None)
        return future

    def finish_the_rest() -> None:
        time.sleep(0.3)
        while unfinished:
            unfinished.pop().set_result(None)

    finisher = threading.Thread(target=finish_the_rest)
    finisher.start()
    assert sorted(key for key, _ in as_completed(submit, range(50), window)) == list(range(50))
    finisher.join()
    assert most <= window


_LONG = """
import sys, time
from flows.runner import Processes, Threads
from tests.flows.test_runner import wait
if __name__ == "__main__":
    print("begun", flush=True)
    list({"threads": Threads, "processes": Processes}[sys.argv[1]](2).run(wait, [60.0] * 4))
"""


@pytest.mark.parametrize("kind", ["threads", "processes"])
def test_worker_processes_end_with_their_parent(kind: str, tmp_path: Path) -> None:
    script = tmp_path / "long.py"
    script.write_text(_LONG)
    with subprocess.Popen(
        [sys.executable, str(script), kind],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"begun\n"
        time.sleep(1.0)
        process.kill()
    deadline = time.monotonic() + 120
    while _is_there(process.pid):
        assert time.monotonic() < deadline
        time.sleep(0.1)


def _is_there(group: int) -> bool:
    try:
        os.killpg(group, signal.SIGCONT)
    except ProcessLookupError:
        return False
    return True


_INTERRUPTED = """
from flows.runner import Processes
from tests.flows.test_runner import wait
if __name__ == "__main__":
    print("begun", flush=True)
    try:
        list(Processes(2).run(wait, [60.0] * 4))
    except KeyboardInterrupt:
        print("stopped", flush=True)
"""


def test_ctrl_c_ends_worker_processes_without_a_word(tmp_path: Path) -> None:
    script = tmp_path / "interrupted.py"
    script.write_text(_INTERRUPTED)
    with subprocess.Popen(
        [sys.executable, str(script)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"begun\n"
        time.sleep(1.0)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does
        assert process.communicate(timeout=120) == (b"stopped\n", b"")
    assert process.returncode == 0
