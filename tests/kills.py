"""Runs flows in processes of their own that are killed at any moment, and started again.

What a flow needs to be imported is imported once, in a process that forks for each attempt, so that
an attempt costs no more than its work:

    with preloaded("flows.synthesize") as kills:
        job = Job("flows.synthesize:synthesize", SynthesizeParameters(...))
        whole = kills.run(job)                                  # whole.writes, whole.seconds
        for moment in moments(whole.writes):                    # before and after every write
            kills.run(job, die=moment)
        for name, end in kills.at_random(job_for, 6, "seed"):   # in the middle, six times in all
            ...                                                 # compare it with `whole`
"""

import importlib
import json
import os
import pickle
import random
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from rr_tasks.storage.process import sign_of
from tests.writes import BOTH, Moment, Side, Writes, watch

_SECONDS = 60.0
_STORAGE = ("rr_tasks.storage.s3", "s3fs")
"""What flows import only once it is used, which each attempt would do anew."""


@dataclass(frozen=True)
class Job:
    """A flow, such as `flows.synthesize:synthesize`, and the model of its parameters.

    `patches` replaces values of modules: `{"rr_tasks.storage.uploads:_PART": 1000}`.
    """

    flow: str
    parameters: Any
    patches: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Attempt:
    """How a process ended.

    `writes` are the changes of storage that others can see, finished or just begun: `put NAME` or
    `remove NAME`, and on S3 `begin NAME` and `part NAME` of an upload in parts.
    """

    killed: bool
    seconds: float
    writes: tuple[str, ...]
    result: Any
    output: str


def moments(writes: Iterable[str], sides: Iterable[Side] = BOTH) -> list[Moment]:
    """The moments beside each of some writes, equal ones counted once, in their order."""
    return [(write, side) for write in dict.fromkeys(writes) for side in sides]


def dead_sign() -> str:
    """The sign of a process of this machine that has ended."""
    with subprocess.Popen(["true"]) as process:
        process.wait()
    return sign_of(process.pid)


class Running:
    """A process at work."""

    def __init__(self, kills: "Kills", process: int, record: Path) -> None:
        self._kills, self._process, self._record = kills, process, record
        self._begun = time.monotonic()

    def kill(self) -> None:
        """Kill it and all that it has started."""
        self._signal(signal.SIGKILL)

    def go_on(self) -> None:
        """Wake it up after it has stopped at a moment."""
        self._signal(signal.SIGCONT)

    def wait_for(self, words: str) -> None:
        """Wait until it has begun a write or printed something."""
        deadline = time.monotonic() + _SECONDS
        while words not in self._text("writes") + self._text("output"):
            assert time.monotonic() < deadline, f"{words}: never seen in {self._text('output')}"
            time.sleep(0.02)

    def end(self) -> Attempt:
        """Wait for its end; a process that failed on its own fails the test."""
        status = self._kills.ask(("wait", self._process))
        killed, output = os.WIFSIGNALED(status), self._text("output")
        assert killed or not status, output
        return Attempt(
            killed=killed,
            seconds=time.monotonic() - self._begun,
            writes=tuple(self._text("writes").splitlines()),
            result=None if killed else pickle.loads(self._record.read_bytes()),
            output=output,
        )

    def _signal(self, number: int) -> None:
        with suppress(ProcessLookupError):  # it has not made its group yet, or has ended
            os.killpg(self._process, number)
            return
        with suppress(ProcessLookupError):
            os.kill(self._process, number)

    def _text(self, what: str) -> str:
        path = self._record.with_suffix(f".{what}")
        return path.read_text() if path.exists() else ""


class Kills:
    """Starts jobs in processes that fork from a preloaded one; `scratch` is their TMPDIR."""

    def __init__(self, parent: "subprocess.Popen[str]", folder: Path, scratch: Path) -> None:
        self._parent, self._folder, self.scratch = parent, folder, scratch
        self._count = 0

    def start(self, job: Job, *, die: Moment | None = None, stop: Moment | None = None) -> Running:
        """Start a job, which kills itself at the moment `die`, or stands still at `stop`."""
        self._count += 1
        record = self._folder / str(self._count)
        settings = {name: value for name, value in os.environ.items() if name.startswith("RR_S3_")}
        signals = {die: signal.SIGKILL, stop: signal.SIGSTOP}
        return Running(self, self.ask(("start", job, settings, signals, record)), record)

    def run(
        self, job: Job, *, kill_after: float | None = None, die: Moment | None = None
    ) -> Attempt:
        """Start a job and wait for its end, or kill it after so many seconds."""
        running = self.start(job, die=die)
        if kill_after is not None:
            time.sleep(kill_after)
            running.kill()
        return running.end()

    def at_random(
        self, job: Callable[[str], Job], times: int, seed: str
    ) -> Iterator[tuple[str, Attempt]]:
        """Kill a job so many times at any moment; give every end, and the name it was asked for by.

        A kill that comes too late does not count: the job has ended, and the next begins anew. The
        first end is that of a job that nobody killed, which tells how long one takes.
        """
        undisturbed = self.run(job("undisturbed"))
        yield "undisturbed", undisturbed
        delays = random.Random(seed)
        for name in map("random{}".format, count()):
            ended = None
            while times and ended is None:
                delay = delays.uniform(0.0, undisturbed.seconds)
                attempt = self.run(job(name), kill_after=delay)
                if attempt.killed:
                    times -= 1
                else:
                    ended = attempt
            yield name, ended or self.run(job(name))
            if not times:
                return

    def ask(self, question: tuple[Any, ...]) -> int:
        """Hand a question to the preloaded process."""
        assert self._parent.stdin
        assert self._parent.stdout
        self._parent.stdin.write(pickle.dumps(question).hex() + "\n")
        self._parent.stdin.flush()
        return int(json.loads(self._parent.stdout.readline()))


@contextmanager
def preloaded(*modules: str) -> Iterator[Kills]:
    """A process that has imported `modules` and forks on demand."""
    root = Path(__file__).parents[1]
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("RR_", "PREFECT_API"))}
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder, "scratch")
        scratch.mkdir()
        with subprocess.Popen(
            [sys.executable, "-c", "from tests.kills import serve; serve()", *modules],
            env={**kept, "PYTHONPATH": str(root), "TMPDIR": str(scratch)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as parent:
            try:
                yield Kills(parent, Path(folder), scratch)
            finally:
                parent.kill()


def serve() -> None:
    """Answer questions, each a line, until there are no more."""
    for module in (*sys.argv[1:], *_STORAGE):
        importlib.import_module(module)
    for line in sys.stdin:
        what, *details = pickle.loads(bytes.fromhex(line))
        if what == "wait":
            answer = os.waitpid(details[0], 0)[1]
        else:
            answer = os.fork()
            if not answer:
                _work(*details)
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()


def _work(job: Job, settings: dict[str, str], signals: dict[Moment, int], record: Path) -> None:
    status = 1
    try:
        os.setsid()
        output = os.open(record.with_suffix(".output"), os.O_CREAT | os.O_WRONLY)
        os.dup2(output, 1)
        os.dup2(output, 2)
        os.environ.update(settings)
        for name, value in job.patches.items():
            module, _, attribute = name.partition(":")
            setattr(importlib.import_module(module), attribute, value)
        watch(Writes(record.with_suffix(".writes"), signals))
        record.write_bytes(pickle.dumps(_result(job)))
        status = 0
    except BaseException:  # noqa: BLE001 - the test shows it
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _result(job: Job) -> Any:
    from flows.launch import launch

    module, _, name = job.flow.partition(":")
    return launch(getattr(importlib.import_module(module), name), job.parameters)
