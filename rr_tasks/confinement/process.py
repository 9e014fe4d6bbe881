"""Processes that work for this one, within limits of time and memory.

Starting one takes a quarter of a second, so each is used again and again. It is ended if its work
exceeds a limit, which touches nothing but that work, and another takes its place.
"""

import atexit
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from rr_tasks.confinement.limits import MIB, CrashError, Limits
from rr_tasks.confinement.messages import receive, send
from rr_tasks.confinement.work import Answer, Function, Prepare, Request, Step, Work

_GLANCE = 0.05
"""Seconds between two looks at what a step takes."""
_LARGE = 256 * MIB
"""Memory from which a process is not used again."""


class ConfinedProcess:
    """A process that does one piece of work at a time.

    Attributes:
        usable: whether it can be asked for more; if not, it is to be ended.
    """

    def __init__(self) -> None:
        self.usable, self._preparing = True, 0
        self._connection, theirs = socket.socketpair()
        with theirs:
            # Not in the group of the terminal, whose Ctrl-C is for this process to handle.
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, "-P", "-m", "rr_tasks.confinement.child", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
                start_new_session=True,
            )

    @property
    def memory(self) -> int:
        """Bytes of memory that it has now; 0 on systems that do not tell."""
        try:
            pages = Path(f"/proc/{self._process.pid}/statm").read_text().split()[1]
        except (OSError, IndexError):
            return 0
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    def prepare(self, function: Function | None = None) -> None:
        """Let it forget its work and import what a function needs, without waiting."""
        self._preparing += 1
        with suppress(OSError):  # whoever asks it next is told
            send(self._connection, Prepare(function))

    def ask(self, request: Request, limits: Limits) -> Any:
        """Let it take a step, and return what that yields.

        Raises:
            LimitError: the step exceeded a limit.
            CrashError: the process ended.
            Exception: whatever the step raised.
        """
        self.usable = False
        try:
            while self._preparing:  # which counts against no limit
                receive(self._connection)
                self._preparing -= 1
            send(self._connection, request)
            self._watch(limits)
            answer: Answer = receive(self._connection)
        except (EOFError, OSError) as error:
            raise CrashError(self._explain_end()) from error
        self.usable = True
        if answer.error is not None:
            raise answer.error
        return answer.value

    def _watch(self, limits: Limits) -> None:
        """Wait for an answer, and look at what it takes until then."""
        start = time.monotonic()
        while not select.select([self._connection], [], [], _GLANCE)[0]:
            limits.check_use(time.monotonic() - start, self.memory)

    def _explain_end(self) -> str:
        status = self._process.wait()
        if status == -signal.SIGKILL:
            return "its process was ended by the system, which may be out of memory"
        how = signal.Signals(-status).name if status < 0 else f"status {status}"
        return f"a decoder or encoder crashed on it ({how})"

    def end(self) -> None:
        """End it, whatever it does."""
        self._connection.close()
        self._process.kill()
        self._process.wait()


class Steps:
    """The steps of a piece of work in a confined process."""

    def __init__(self, process: ConfinedProcess, work: Work) -> None:
        self._process = process
        self._next: Request = work

    def take(self, limits: Limits) -> Any:
        """Take the next step within limits; see `ConfinedProcess.ask`."""
        request, self._next = self._next, Step()
        return self._process.ask(request, limits)


_idle: list[ConfinedProcess] = []
os.register_at_fork(after_in_child=_idle.clear)  # they work for the process that was forked


def get_ready(function: Function) -> None:
    """Start a process that is ready once it has to do this work."""
    process = _take_idle()
    process.prepare(function)
    _idle.append(process)


@contextmanager
def confined(function: Function, *arguments: Any) -> Iterator[Steps]:
    """Do a piece of work in a process of its own, step by step.

    Args:
        function: see `Function`; its arguments and what it yields can be pickled.
        arguments: of the function.
    """
    process = _take_idle()
    process.prepare(function)
    try:
        yield Steps(process, Work(function, arguments))
    finally:
        if process.usable:
            process.prepare()
            _idle.append(process)
        else:
            process.end()


def _take_idle() -> ConfinedProcess:
    while True:
        try:
            process = _idle.pop()  # of threads that do so at once, each gets another one
        except IndexError:
            return ConfinedProcess()
        if process.memory < _LARGE:
            return process
        process.end()


@atexit.register
def _end_idle() -> None:
    while _idle:
        _idle.pop().end()
