"""Measures what a Dask cluster costs and gains.

    python infra/studies/scale/cluster.py WORK

Prints a line of JSON for each measurement. Tasks that wait show the speedup and the cost of handing
out tasks where cores are busy with other things; photographs are restored as by `rr restore`.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from servers import Watch, free_port, running, wait_for_port
from waiting import do_nothing, find_process, wait

from flows.dask import DaskWorkers
from flows.launch import launch
from flows.restore import restore
from schemas.archive import RestoreParameters

SIDE = 64
"""Pixels; below 128 a photograph is only diagnosed and copied, which costs little."""


CHUNK = 64
"""Images of a chunk, as in an archive by default."""
SECONDS_PER_IMAGE = 0.005


class LocalCluster:
    """A scheduler, and workers that are added one by one, each a process."""

    def __init__(self, folder: Path, held: ExitStack) -> None:
        self._folder, self._held = folder, held
        port = free_port()
        self.address = f"tcp://127.0.0.1:{port}"
        scheduler = ("scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard")
        self.scheduler = held.enter_context(running(_dask(*scheduler), folder / "scheduler.log"))
        wait_for_port("127.0.0.1", port)
        self._workers: list[int] = []

    @property
    def processes(self) -> dict[str, int]:
        """Those to watch, the client's included, by name."""
        workers = {f"worker_{number}": pid for number, pid in enumerate(self._workers)}
        return {"client": os.getpid(), "scheduler": self.scheduler, **workers}

    def add_worker(self) -> None:
        """Start a worker of one thread, and wait until it has imported what tasks need."""
        options = ("--nthreads", "1", "--no-nanny", "--no-dashboard")
        log = self._folder / f"worker-{len(self._workers)}.log"
        command = _dask("worker", self.address, *options)
        self._workers.append(self._held.enter_context(running(command, log)))
        while len({pid for _, pid in self.run(find_process, range(4))}) < len(self._workers):
            time.sleep(0.2)

    def run(self, task: Callable[..., Any], keys: Any, *arguments: Any) -> Iterator[Any]:
        """Run tasks as a stage does."""
        return DaskWorkers(self.address).run(task, keys, *arguments)


def _dask(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "distributed.cli.dask_" + arguments[0], *arguments[1:]]


def seconds_of(work: Iterator[Any]) -> float:
    """Consume an iterator, and tell the seconds that took."""
    begun = time.monotonic()
    for _ in work:
        pass
    return time.monotonic() - begun


def measure_waiting(cluster: LocalCluster, tasks: int, seconds: float) -> dict[str, float]:
    """Compare a bare loop with the cluster, which must have one worker, and then with two."""
    loop = seconds_of(wait(key, seconds) for key in range(tasks))
    one = seconds_of(cluster.run(wait, range(tasks), seconds))
    cluster.add_worker()
    two = seconds_of(cluster.run(wait, range(tasks), seconds))
    return {
        "tasks": tasks,
        "loop_s": loop,
        "one_worker_s": one,
        "two_workers_s": two,
        "orchestration": one / loop - 1.0,
        "speedup": one / two,
    }


def measure_handing_out(cluster: LocalCluster, tasks: int) -> dict[str, float]:
    """Measure what the client and the scheduler spend on tasks that do nothing."""
    with Watch(cluster.processes) as watch:
        seconds = seconds_of(cluster.run(do_nothing, range(tasks)))
    return {"tasks": tasks, "tasks_per_s": tasks / seconds, **_per(tasks, watch)}


def measure_chunks(cluster: LocalCluster, images: int) -> dict[str, float]:
    """Measure tasks that stand in for chunks of an archive: they wait as long as a chunk takes."""
    chunks = images // CHUNK
    with Watch(cluster.processes) as watch:
        seconds = seconds_of(cluster.run(wait, range(chunks), CHUNK * SECONDS_PER_IMAGE))
    return {"images": images, "ms_each": 1000 * seconds / images, **_per(images, watch)}


def measure_archive(cluster: LocalCluster, folder: Path, photographs: int) -> dict[str, float]:
    """Measure a whole `rr restore` of small photographs on the cluster."""
    source = folder / f"photographs-{photographs}"
    make_photographs(source, photographs)
    asked = RestoreParameters(
        input=str(source), output=str(folder / f"restored-{photographs}"), previews=0
    )
    with Watch(cluster.processes) as watch, _on(cluster.address):
        begun = time.monotonic()
        summary = launch(restore, asked)
        seconds = time.monotonic() - begun
    counted = summary.archive.total
    return {"photographs": counted, "ms_each": 1000 * seconds / counted, **_per(counted, watch)}


def make_photographs(folder: Path, count: int) -> None:
    """Write so many small photographs of noise, a thousand in a folder."""
    rng = np.random.default_rng(0)
    for number in range(count):
        path = folder / f"{number // 1000:03d}" / f"{number:06d}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        coarse = rng.integers(0, 256, (4, 4, 3), np.uint8)
        cv2.imwrite(str(path), cv2.resize(coarse, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC))


def _per(count: int, watch: Watch) -> dict[str, float]:
    cpu = {f"{name}_cpu_ms_each": 1000 * s / count for name, s in watch.cpu_seconds.items()}
    return {**cpu, **{f"{name}_peak_mib": mib for name, mib in watch.peak_mib.items()}}


@contextmanager
def _on(address: str) -> Iterator[None]:
    os.environ.update({"RR_RUNNER": "dask", "RR_DASK_ADDRESS": address, "PREFECT_API_URL": ""})
    try:
        yield
    finally:
        del os.environ["RR_RUNNER"]


def main() -> None:
    """Measure everything, from what costs little to what costs much."""
    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    options.add_argument("work", type=Path, help="an empty folder")
    options.add_argument("--tasks", type=int, default=40, help="that wait")
    options.add_argument("--seconds", type=float, default=0.5, help="that each waits")
    options.add_argument("--empty", type=int, nargs="*", default=[1_000, 5_000, 20_000])
    options.add_argument("--images", type=int, nargs="*", default=[1_000, 5_000, 20_000])
    options.add_argument("--photographs", type=int, nargs="*", default=[1_000, 5_000, 20_000])
    asked = options.parse_args()
    asked.work.mkdir(parents=True)
    with ExitStack() as held:
        cluster = LocalCluster(asked.work, held)
        cluster.add_worker()
        show("waiting", measure_waiting(cluster, asked.tasks, asked.seconds))
        for tasks in asked.empty:
            show("handing out", measure_handing_out(cluster, tasks))
        for images in asked.images:
            show("chunks that wait", measure_chunks(cluster, images))
        for photographs in asked.photographs:
            show("archive", measure_archive(cluster, asked.work, photographs))


def show(what: str, figures: Mapping[str, Any]) -> None:
    """Print what was measured, as a line of JSON."""
    rounded = {k: round(v, 3) if isinstance(v, float) else v for k, v in figures.items()}
    sys.stdout.write(json.dumps({"measured": what, **rounded}) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
