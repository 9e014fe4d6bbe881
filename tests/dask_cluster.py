"""A real Dask cluster for the tests: a scheduler and its workers, each a process of its own.

They fork from a process that has imported what tasks need, as a worker that has run before has.
"""

import asyncio
import multiprocessing
import os
import sys
import time
from collections.abc import Coroutine, Iterator
from multiprocessing.process import BaseProcess
from typing import Any

import pytest
from distributed import Client, Scheduler, Worker

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["tests.dask_cluster", "flows.dask", "rr_tasks.archive.tasks"])


class DaskCluster:
    """A scheduler at `address`, and a worker of one thread for each entry of `workers`."""

    def __init__(self) -> None:
        ready, told = _FORKS.Pipe(duplex=False)
        self._scheduler = _start(_schedule, told)
        self.address: str = ready.recv()
        self.workers: list[BaseProcess] = []
        self._options: dict[BaseProcess, dict[str, Any]] = {}

    def add_worker(self, path: str | None = None, **options: Any) -> BaseProcess:
        """Start a worker, and wait until it has joined.

        Args:
            path: a folder where it looks first for packages.
            options: those of `distributed.Worker`.
        """
        worker = _start(_work, self.address, path, options)
        self.workers.append(worker)
        self._options[worker] = options
        self._wait()
        return worker

    def kill(self, worker: BaseProcess) -> None:
        """Kill a worker, as the system does when memory is short."""
        worker.kill()
        worker.join()
        self.workers.remove(worker)
        self._wait()

    def replace(self, worker: BaseProcess) -> None:
        """Kill a worker, and start another one with its options at its place in `workers`."""
        place, options = self.workers.index(worker), self._options[worker]
        self.kill(worker)
        self.add_worker(**options)
        self.workers.insert(place, self.workers.pop())

    def _wait(self) -> None:
        """Wait until the scheduler knows which workers there are."""
        with Client(self.address, set_as_default=False) as client:
            while len(client.scheduler_info()["workers"]) != len(self.workers):
                time.sleep(0.05)

    def close(self) -> None:
        """Kill all of it."""
        for process in (*self.workers, self._scheduler):
            process.kill()
            process.join()


@pytest.fixture(scope="session")
def dask_cluster() -> Iterator[DaskCluster]:
    """A cluster of two workers, of which the first has a GPU, as far as Dask knows."""
    cluster = DaskCluster()
    cluster.add_worker(resources={"GPU": 1})
    cluster.add_worker()
    yield cluster
    cluster.close()


def _start(serve: Any, *arguments: Any) -> BaseProcess:
    process = _FORKS.Process(target=serve, args=arguments, daemon=True)
    process.start()
    return process


def _schedule(told: Any) -> None:
    async def serve() -> None:
        async with Scheduler(host="127.0.0.1", dashboard=False) as scheduler:
            told.send(scheduler.address)
            await scheduler.finished()

    _run(serve())


def _work(address: str, path: str | None, options: dict[str, Any]) -> None:
    if path is not None:
        sys.path.insert(0, path)

    async def serve() -> None:
        async with Worker(address, nthreads=1, dashboard=False, **options) as worker:
            await worker.finished()

    _run(serve())


def _run(server: Coroutine[Any, Any, None]) -> None:
    os.environ["OMP_NUM_THREADS"] = "1"
    asyncio.run(server)
