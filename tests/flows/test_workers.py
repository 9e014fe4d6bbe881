"""Flow runs in processes of a real Prefect worker, which are cancelled or die."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.client.schemas.filters import LogFilter
from prefect.settings import PREFECT_API_URL
from prefect.states import Cancelling

from flows import automations
from flows.cancellation import MESSAGE
from rr_tasks.storage.process import is_gone, sign_of
from tests.flows.waiting import WaitParameters, flow

ROOT = Path(__file__).parents[2]
POOL = "tests"
PATIENCE = 300.0
"""Seconds in which a busy machine gets done what takes a quiet one ten."""


@pytest.fixture(scope="module")
def deployment(server: Path) -> UUID:
    """The stage that waits, deployed for a work pool of processes."""
    with get_client(sync_client=True) as client:
        client.create_work_pool(WorkPoolCreate(name=POOL, type="process"))
        return client.create_deployment(
            flow_id=client.create_flow(flow),
            name="wait",
            entrypoint="tests/flows/waiting.py:flow",
            # Without it, a worker copies all of the folder, .venv included, for each run.
            pull_steps=[
                {"prefect.deployments.steps.set_working_directory": {"directory": str(ROOT)}}
            ],
            work_pool_name=POOL,
            enforce_parameter_schema=False,
        )


@contextmanager
def working(folder: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """A worker in a process group of its own, with all flow runs that it starts."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "PREFECT_API_URL": str(PREFECT_API_URL.value()),
        "PREFECT_HOME": str(folder),
        "PREFECT_WORKER_QUERY_SECONDS": "1",
    }
    command = [sys.executable, "-m", "prefect", "worker", "start", "--pool", POOL]
    with (
        (folder / "worker.log").open("wb") as log,
        subprocess.Popen(
            command, env=environment, stdout=log, stderr=log, start_new_session=True
        ) as process,
    ):
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


@pytest.fixture(scope="module")
def worker(
    deployment: UUID, tmp_path_factory: pytest.TempPathFactory
) -> Iterator["subprocess.Popen[bytes]"]:
    """A worker for the tests that come before the one that kills it."""
    with working(tmp_path_factory.mktemp("worker")) as process:
        yield process


@contextmanager
def impatient() -> Iterator[None]:
    """Let the automations of `rr deploy` take a run for dead after ten seconds in the block."""
    with get_client(sync_client=True) as client:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(automations, "HEARTBEAT_SECONDS", 10 / automations._MISSED)
            automations.apply_automations(client)
        yield
        automations.apply_automations(client)


@dataclass(frozen=True)
class Run:
    """A flow run, and what its tasks note in a folder."""

    id: UUID
    folder: Path

    def wait_for(self, name: str) -> float:
        """Wait until it is in a state of this name; return for how many seconds."""
        with get_client(sync_client=True) as client:
            return wait_until(lambda: self._state(client) == name, PATIENCE)

    def wait_for_photograph(self, what: str) -> int:
        """Wait until one is begun or done; return the number of the process."""
        wait_until((self.folder / what).exists, PATIENCE)
        return int((self.folder / "process").read_text())

    def count(self, message: str) -> int:
        """How often a message is in its log."""
        chosen = {"flow_run_id": {"any_": [str(self.id)]}}
        with get_client(sync_client=True) as client:
            logs = client.read_logs(LogFilter.model_validate(chosen))
        return [log.message for log in logs].count(message)

    def _state(self, client: SyncPrefectClient) -> str | None:
        state = client.read_flow_run(self.id).state
        return state.name if state else None


def start(deployment: UUID, folder: Path, *, count: int, seconds: float) -> Run:
    parameters = WaitParameters(folder=str(folder), count=count, seconds=seconds).model_dump()
    with get_client(sync_client=True) as client:
        run = client.create_flow_run_from_deployment(
            deployment, parameters={"parameters": parameters}
        )
    return Run(run.id, folder)


def wait_until(true: Callable[[], bool], seconds: float) -> float:
    """Return after how many seconds something was true."""
    begun = time.monotonic()
    while not true():
        assert time.monotonic() - begun < seconds
        time.sleep(0.1)
    return time.monotonic() - begun


@pytest.mark.usefixtures("worker")
def test_a_run_that_is_cancelled_ends_soon_and_says_so(deployment: UUID, tmp_path: Path) -> None:
    """Even in the middle of a photograph that takes a minute."""
    run = start(deployment, tmp_path, count=3, seconds=60.0)
    process = sign_of(run.wait_for_photograph("0.begun"))
    with get_client(sync_client=True) as client:
        client.set_flow_run_state(run.id, Cancelling())
    seconds = wait_until(lambda: is_gone(process), PATIENCE)
    assert seconds < 15  # 3 on a quiet machine; Prefect alone would wait for 30
    with get_client(sync_client=True) as client:
        states = client.read_flow_run_states(run.id)
    assert MESSAGE in [state.message for state in states if state.is_cancelled()]
    wait_until(lambda: run.count(MESSAGE) == 1, 30)  # the server writes logs down in its own time
    assert not (tmp_path / "0.done").exists()


def test_a_run_whose_worker_is_killed_is_noticed_and_ends_well_elsewhere(
    deployment: UUID,
    worker: "subprocess.Popen[bytes]",
    tmp_path: Path,
) -> None:
    with impatient():
        run = start(deployment, tmp_path, count=2, seconds=60.0)
        died = run.wait_for_photograph("0.begun")
        os.killpg(worker.pid, signal.SIGKILL)
        with suppress(ProcessLookupError):
            os.kill(died, signal.SIGKILL)
        run.wait_for("AwaitingRetry")
    (tmp_path / "go").touch()
    with working(tmp_path):
        run.wait_for("Completed")
    assert (tmp_path / "1.done").exists()
    with get_client(sync_client=True) as client:
        states = [state.name for state in client.read_flow_run_states(run.id)]
    assert states.count("Crashed") == 1
    assert states[states.index("Crashed") + 1] == "AwaitingRetry"
    assert states[-1] == "Completed"
