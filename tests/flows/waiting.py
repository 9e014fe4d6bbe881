"""A stage for the tests of workers, whose photographs take as long as it is told."""

import os
import time
from pathlib import Path

from pydantic import BaseModel

from flows.server import as_flow
from flows.shards import run_shards
from rr_tasks.progress import Progress, report


class WaitParameters(BaseModel):
    """How many photographs there are, and where it is noted which are begun and done.

    Each takes `seconds`, or no time once there is a file `go`.
    """

    folder: str
    count: int
    seconds: float


def wait_task(shard: int, parameters: WaitParameters) -> int:
    """Wait for each photograph that is not done yet; return how many this task did."""
    folder, done = Path(parameters.folder), 0
    (folder / "process").write_text(str(os.getpid()))
    for number in range(parameters.count):
        if not (folder / f"{number}.done").exists():
            (folder / f"{number}.begun").touch()
            ends = time.monotonic() + parameters.seconds
            while time.monotonic() < ends and not (folder / "go").exists():
                time.sleep(0.05)
            (folder / f"{number}.done").touch()
            done += 1
            report(Progress(str(shard), done))
    return done


def wait(parameters: WaitParameters) -> int:
    """Run the task."""
    return sum(run_shards(wait_task, [0], parameters, label=None))


flow = as_flow(wait)
