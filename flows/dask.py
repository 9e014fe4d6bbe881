"""Runs tasks on the workers of a Dask cluster, which may be many processes of many machines.

Workers need the same version of this package, and their own settings and keys for storage. A task
travels through the scheduler as the name of its function, a key and small arguments, without
secrets; results are small too, since photographs go to storage. `dask_worker` is what they run.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from importlib.metadata import version
from queue import SimpleQueue
from typing import Any, TypeVar, cast

import cloudpickle
from distributed import Client, Future, KilledWorker
from distributed.client import FutureCancelledError

from flows.dask_worker import PACKAGE, REPORT, ClusterError, check_release, perform
from flows.runner import WorkerDiedError, as_completed, forwarding
from rr_tasks.progress import Progress

KeyT = TypeVar("KeyT")
ResultT = TypeVar("ResultT")

GPU = "GPU"
"""The resource that `dask worker --resources GPU=1` offers, and that a task takes whole."""
CONNECT_SECONDS = 30.0
PATIENCE_SECONDS = 60.0
"""How long to wait for the first worker."""
REPORT_SECONDS, REPORTS_PER_SECOND = 2.0, 100
"""How long a task keeps its reports back: longer, where all together would be more than these."""
COUNT_SECONDS = 5.0
"""Between two looks at how many workers there are, for some may come later."""


class DaskWorkers:
    """Runs tasks on a Dask cluster, as many at a time as its workers have threads, or GPUs.

    A task whose worker dies runs again on another one. When the caller stops early, or dies, tasks
    that no worker has begun are forgotten, and the others end at the next photograph or sample.
    """

    def __init__(self, address: str, *, gpu: bool = False) -> None:
        """Take the address of the scheduler, and whether each task needs a GPU for itself."""
        self._address, self._gpu = address, gpu

    def run(
        self, task: Callable[..., ResultT], keys: Iterable[KeyT], *arguments: Any
    ) -> Iterator[tuple[KeyT, ResultT]]:
        """See `Runner.run`.

        Raises:
            ClusterError: there is no scheduler, no worker, or one of another version.
            WorkerDiedError: several workers died of the same task.
        """
        with self.connect() as cluster:
            yield from as_completed(
                lambda key: cluster.submit(task, key, *arguments), keys, cluster.window
            )

    @contextmanager
    def connect(self) -> Iterator["Cluster"]:
        """Connect to the scheduler, wait for a worker, and pass on what tasks report."""
        reports: SimpleQueue[Any] = SimpleQueue()
        with explaining(self._address), _client(self._address) as client, forwarding(reports):
            client.subscribe_topic(client.id, partial(_pass_on, reports))
            try:
                cluster = Cluster(client, self._address, gpu=self._gpu)
                cluster.wait_for_workers()
                yield cluster
            finally:
                client.unsubscribe_topic(client.id)  # it also tells of the end of the client


class Cluster:
    """A Dask cluster to which this process is connected."""

    def __init__(self, client: Client, address: str, *, gpu: bool) -> None:
        self._client, self._address, self._gpu = client, address, gpu
        self._release = version(PACKAGE)
        self._counted, self._room = -COUNT_SECONDS, 0

    def submit(self, task: Callable[..., Any], key: object, *arguments: Any) -> Future[Any]:
        """Submit `task(key, *arguments)`, of which only the result comes back."""
        return self._client.submit(
            perform,
            self._release,
            self._client.id,
            max(REPORT_SECONDS, self._room / REPORTS_PER_SECOND),
            cloudpickle.dumps((task, key, *arguments)),
            pure=False,
            resources={GPU: 1} if self._gpu else None,
        )

    def call(self, task: Callable[..., ResultT], key: object, *arguments: Any) -> ResultT:
        """Submit a task and wait for its result; see `DaskWorkers.run` for errors."""
        with explaining(self._address):
            return cast(ResultT, self.submit(task, key, *arguments).result())

    def window(self) -> int:
        """How many tasks to submit: those at work, and as many that wait close to the workers."""
        if time.monotonic() - self._counted > COUNT_SECONDS:
            self._counted, self._room = time.monotonic(), self._count()
        return max(1, 2 * self._room)

    def wait_for_workers(self) -> None:
        """Wait until a worker can run a task, and check the versions of all that are there.

        Raises:
            ClusterError: there is none, or one of another version.
        """
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self._count():
            if time.monotonic() > deadline:
                offer = f" --resources {GPU}=1" if self._gpu else ""
                raise ClusterError(
                    f"no worker that can do this has joined within {PATIENCE_SECONDS:.0f} s; "
                    f"start one: dask worker ADDRESS --nthreads 1{offer}"
                )
            time.sleep(0.2)
        found = self._client.run(version, PACKAGE, on_error="return")
        for worker, release in found.items():
            check_release(worker, self._release, release if isinstance(release, str) else None)

    def _count(self) -> int:
        """Count the threads of all workers, or their GPUs."""
        workers: Any = self._client.scheduler_info()["workers"].values()
        if self._gpu:
            return int(sum(worker["resources"].get(GPU, 0) for worker in workers))
        return sum(worker["nthreads"] for worker in workers)


def _client(address: str) -> Client:
    try:
        connect: Any = Client  # its arguments have no types
        return cast(Client, connect(address, timeout=CONNECT_SECONDS, set_as_default=False))
    except OSError as error:
        raise ClusterError(
            f"there is no Dask scheduler at {address}; start one (dask scheduler), or correct the "
            "address"
        ) from error


@contextmanager
def explaining(address: str) -> Iterator[None]:
    """Turn what Dask raises into errors for people."""
    try:
        yield
    except KilledWorker as error:
        raise WorkerDiedError(
            f"{error.allowed_failures + 1} workers died of the same task, the last one at "
            f"{error.last_worker.address}; they may be out of memory: look at their logs"
        ) from error
    except FutureCancelledError as error:
        raise ClusterError(
            f"the connection to the Dask scheduler at {address} is lost; run again to resume"
        ) from error


def _pass_on(reports: "SimpleQueue[Any]", event: tuple[float, Any]) -> None:
    """Take a report from what the scheduler logs about this client."""
    _, message = event
    if isinstance(message, dict) and message.get("action") == REPORT:
        reports.put(Progress(**message["progress"]))
